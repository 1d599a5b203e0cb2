import HTTPTypes
import Hummingbird
import NIOCore

/// Scripts, styles and the icon. Their paths in pages carry the program's start, so that a browser may keep them until the next one.
enum AssetRoutes {
    static func add(to router: Router<DashboardContext>) {
        for asset in Resources.assets {
            router.get(RouterPath(asset.path)) { _, _ in
                var response = Reply.bytes(asset.bytes(), as: asset.type)
                response.headers[.cacheControl] = "public, max-age=86400"
                if asset.isCompressed { response.headers[.contentEncoding] = "gzip" }
                return response
            }
        }
        router.get("/favicon.ico") { _, _ in Response(status: .noContent) }
    }
}
