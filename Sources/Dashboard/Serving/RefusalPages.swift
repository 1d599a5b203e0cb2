import Archive
import HTTPTypes
import Hummingbird
import Logging

/// Makes responses of errors: JSON below `/api/`, a page elsewhere.
struct RefusalPages: RouterMiddleware {
    let pages: Pages
    let refusals: Refusals

    func handle(
        _ request: Request, context: DashboardContext, next: (Request, DashboardContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch {
            let refused = try refusals.words(for: error, at: request.uri.path)
            var response =
                request.uri.path.hasPrefix("/api/")
                ? try Reply.json(RefusalJSON(error: refused.message, hint: refused.hint), status: refused.status)
                : try pages.page(refused)
            for field in refused.headers { response.headers.append(field) }
            return response
        }
    }
}

/// Says of errors what is for those who asked. What is nobody's business goes to the log alone.
struct Refusals: Sendable {
    let logger: Logger

    /// - Throws: `CancellationError`, when that is what it was.
    func words(for error: any Error, at place: String) throws -> Refused {
        switch error {
        case let refused as Refused: return refused
        case let error as ArchiveError where error.cause == .missing:
            return Refused(.serviceUnavailable, "there is no archive yet", hint: "it is made when the first report comes")
        case let error as ArchiveError:
            logger.warning("the dashboard can't read the archive", metadata: ["reason": "\(error)", "hint": "\(error.hint ?? "")"])
            return Refused(.serviceUnavailable, "the archive can't be read", hint: error.hint)
        case let error as HTTPError where error.status == .notFound: return Refused(.notFound, "there is no such page")
        case let error as HTTPError: return Refused(error.status, error.body ?? error.status.reasonPhrase.lowercased())
        case let error as any HTTPResponseError where error.status.kind == .clientError:
            return Refused(error.status, error.status.reasonPhrase.lowercased())
        case is CancellationError: throw CancellationError()
        default:
            logger.warning("the dashboard could not answer", metadata: ["path": "\(place)", "reason": "\(error)"])
            return Refused(.internalServerError, "that did not work; the log says why")
        }
    }
}

/// What went wrong, as a page.
struct RefusalPage {
    let message: String
    let hint: String?

    init(_ refused: Refused) {
        message = refused.message
        hint = refused.hint
    }
}
