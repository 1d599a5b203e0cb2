import Archive
import HTTPTypes
import Hummingbird
import Logging

/// Makes responses of errors: JSON below `/api/`, a page elsewhere. What is nobody's business goes to the log alone.
struct RefusalPages: RouterMiddleware {
    let pages: Pages
    let logger: Logger

    func handle(
        _ request: Request, context: DashboardContext, next: (Request, DashboardContext) async throws -> Response
    ) async throws -> Response {
        let refused: Refused
        do { return try await next(request, context) } catch let error as Refused { refused = error } catch let error as ArchiveError {
            switch error.cause {
            case .missing: refused = Refused(.serviceUnavailable, "there is no archive yet", hint: "it is made when the first report comes")
            default:
                logger.warning("the dashboard can't read the archive", metadata: ["reason": "\(error)", "hint": "\(error.hint ?? "")"])
                refused = Refused(.serviceUnavailable, "the archive can't be read", hint: error.hint)
            }
        } catch let error as HTTPError where error.status == .notFound {
            refused = Refused(.notFound, "there is no such page")
        } catch let error as HTTPError {
            refused = Refused(error.status, error.body ?? error.status.reasonPhrase.lowercased())
        } catch let error as any HTTPResponseError where error.status.kind == .clientError {
            refused = Refused(error.status, error.status.reasonPhrase.lowercased())
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            logger.warning("the dashboard could not answer", metadata: ["path": "\(request.uri.path)", "reason": "\(error)"])
            refused = Refused(.internalServerError, "that did not work; the log says why")
        }
        var response =
            request.uri.path.hasPrefix("/api/")
            ? try Reply.json(RefusalJSON(error: refused.message, hint: refused.hint), status: refused.status)
            : Reply.html(try pages.render(RefusalPage(refused), title: "Not here", as: "refusal"), status: refused.status)
        for field in refused.headers { response.headers.append(field) }
        return response
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
