import NIOCore
import NIOEmbedded

/// Puts a connection's handlers together once, on one thread, before there are connections.
///
/// Swift makes the metadata of generic types when they are first used. On Linux its runtime (6.3) crashes where one thread asks for
/// the conformances of a generic class without superclass while another is about to finish its metadata: of 150 debug builds that each
/// met sixteen first connections at once, two died of it.
enum Rehearsal {
    static func hold(_ furnish: (any Channel) throws -> Void) throws {
        let channel = EmbeddedChannel()
        try furnish(channel)
        // That no handshake came is no failure here.
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }
}
