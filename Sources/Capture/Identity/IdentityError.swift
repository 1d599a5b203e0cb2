import SystemPackage

/// Why a server certificate could not be loaded or made.
public enum IdentityError: Error, Equatable, Sendable {
    /// One of the two files that make an identity.
    public enum Part: String, Sendable {
        case certificate
        case privateKey = "private key"
    }

    /// A file is not there, or may not be read.
    case unreadable(Part, path: FilePath, cause: Errno)
    /// A file holds no PEM of the right kind.
    case notPEM(Part, path: FilePath, reason: String)
    /// The certificate is for another key.
    case keyDoesNotMatch(certificate: FilePath, privateKey: FilePath)
    /// Only one of the two lies in the folder: somebody's work is half gone, so nothing is overwritten.
    case halfMissing(Part, path: FilePath, beside: FilePath)
    /// A file could not be written, renamed or made durable.
    case notWritten(path: FilePath, operation: String, cause: Errno)
    /// The certificate could not be put together.
    case notMade(reason: String)
}

extension IdentityError: CustomStringConvertible {
    /// Operation, subject and cause; lower case, no full stop.
    public var description: String {
        switch self {
        case .unreadable(let part, let path, let cause):
            "can't read the \(part.rawValue) \(path): \(cause.description.lowercased())"
        case .notPEM(let part, let path, let reason):
            "no usable \(part.rawValue) in \(path): \(reason)"
        case .keyDoesNotMatch(let certificate, let privateKey):
            "the private key \(privateKey) does not belong to the certificate \(certificate)"
        case .halfMissing(let part, let path, let beside):
            "the \(part.rawValue) \(path) is missing, but \(beside) is there"
        case .notWritten(let path, let operation, let cause):
            "can't \(operation) \(path): \(cause.description.lowercased())"
        case .notMade(let reason):
            "can't make a certificate: \(reason)"
        }
    }
}

/// What is doubtful about a certificate that is served all the same.
public enum IdentityWarning: Equatable, Sendable {
    /// Days since it ran out. Old Envoys do not look at it; newer firmware may.
    case expired(daysAgo: Int)
    /// Days until it counts; most likely a clock is wrong.
    case notYetValid(inDays: Int)
    /// Others than its owner (and, for reading, its group) can get at the key file. Permissions as in `chmod`.
    case keyOpenToOthers(path: FilePath, mode: UInt32)
    /// Devices that exchange keys with RSA only can't use it.
    case notRSA(key: String)
}

extension IdentityWarning: CustomStringConvertible {
    public var description: String {
        switch self {
        case .expired(let days): "the certificate expired \(days) days ago"
        case .notYetValid(let days): "the certificate counts only in \(days) days; is the clock right?"
        case .keyOpenToOthers(let path, let mode):
            "the private key \(path) is open to others (mode \(String(mode, radix: 8))); chmod 600 closes it"
        case .notRSA(let key): "the certificate's key is \(key); old Envoys may need RSA"
        }
    }
}
