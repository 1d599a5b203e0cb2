#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The number of files and sockets that this process may hold open.
enum OpenFiles {
    /// Raises the limit as far as is needed and allowed: the usual 1,024 is not enough for a thousand connections, each
    /// with one to the cloud and perhaps a file. Where it can't be raised, connections wait to be accepted.
    static func raiseLimit(to needed: Int) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < rlim_t(needed) else { return }
        limit.rlim_cur = min(limit.rlim_max, rlim_t(needed))
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
