import HTTPTypes
import Hummingbird
import NIOCore

/// What is known of a request besides itself.
struct DashboardContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The other end of the connection, without its port.
    let client: String

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        client = source.channel.remoteAddress?.ipAddress ?? ""
    }
}

/// A request that can't be answered, in words for the one who made it.
struct Refused: Error {
    var status: HTTPResponse.Status
    var message: String
    var hint: String?
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ message: String, hint: String? = nil) {
        (self.status, self.message, self.hint) = (status, message, hint)
    }
}
