import HTTPTypes
import Hummingbird
import NIOCore

/// Scripts, styles and the icon. A path with a query carries the program's start, so that a browser may keep what it got until the next one;
/// scripts import others by a path alone.
enum AssetRoutes {
    static func add(to router: Router<DashboardContext>) {
        for asset in Resources.assets {
            router.get(RouterPath(asset.path)) { request, _ in
                var response = Reply.bytes(asset.bytes(), as: asset.type)
                response.headers[.cacheControl] = request.uri.query == nil ? "no-cache" : "public, max-age=86400"
                if asset.isCompressed { response.headers[.contentEncoding] = "gzip" }
                return response
            }
        }
        router.get("/favicon.ico") { _, _ in Response(status: .noContent) }
    }
}
