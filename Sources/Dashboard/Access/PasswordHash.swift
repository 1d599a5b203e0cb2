import Crypto
import CryptoExtras
import Foundation
import SystemPackage

/// A password as it is kept: `pbkdf2-sha256 ROUNDS SALT HASH` on one line, salt and hash in base64 (RFC 8018).
public struct PasswordHash: Equatable, Sendable {
    let rounds: Int
    let salt: [UInt8]
    let hash: [UInt8]

    private static let scheme = "pbkdf2-sha256"
    /// What OWASP advises for this function; about a fifth of a second.
    private static let usualRounds = 600_000
    /// More would only keep the machine busy.
    private static let admittedRounds = 210_000...10_000_000

    /// Hashes a password, with a salt of its own. Slow on purpose.
    public init(of password: String) throws {
        let salt = SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) }
        self.init(rounds: Self.usualRounds, salt: salt, hash: try Self.derive(password, salt, Self.usualRounds))
    }

    private init(rounds: Int, salt: [UInt8], hash: [UInt8]) { (self.rounds, self.salt, self.hash) = (rounds, salt, hash) }

    /// Reads what `line` wrote; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(whereSeparator: \.isWhitespace)
        guard parts.count == 4, parts[0] == Self.scheme, let rounds = Int(parts[1]), Self.admittedRounds.contains(rounds),
            let salt = Data(base64Encoded: String(parts[2])), let hash = Data(base64Encoded: String(parts[3])), hash.count == 32
        else { return nil }
        self.init(rounds: rounds, salt: Array(salt), hash: Array(hash))
    }

    var line: String {
        "\(Self.scheme) \(rounds) \(Data(salt).base64EncodedString()) \(Data(hash).base64EncodedString())\n"
    }

    /// Whether it is that password's. Slow on purpose.
    func admits(_ password: String) -> Bool {
        // What can't be derived admits nobody.
        guard let other = try? Self.derive(password, salt, rounds), other.count == hash.count else { return false }
        return zip(other, hash).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func derive(_ password: String, _ salt: [UInt8], _ rounds: Int) throws -> [UInt8] {
        try KDF.Insecure.PBKDF2.deriveKey(from: Data(password.utf8), salt: salt, using: .sha256, outputByteCount: 32, rounds: rounds)
            .withUnsafeBytes { Array($0) }
    }
}

extension PasswordHash {
    /// Reads a password file; nil where there is none. Blocking.
    static func read(_ path: FilePath) throws -> PasswordHash? {
        guard let data = FileManager.default.contents(atPath: path.string) else {
            guard FileManager.default.fileExists(atPath: path.string) else { return nil }
            throw DashboardError("reading", path.string, .other("permission denied"))
        }
        guard data.count < 1_000, let hash = PasswordHash(String(decoding: data, as: UTF8.self)) else {
            throw DashboardError("reading", path.string, .badPasswordFile)
        }
        return hash
    }

    /// Writes a password file, for its owner and group only, at once in the place of one that is there. Blocking.
    public func write(to path: FilePath) throws {
        let draft = "\(path.string).new"
        let made = FileManager.default.createFile(atPath: draft, contents: Data(line.utf8), attributes: [.posixPermissions: 0o640])
        guard made, rename(draft, path.string) == 0 else {
            throw DashboardError("writing", path.string, .other(String(cString: strerror(errno)).lowercased()))
        }
    }
}
