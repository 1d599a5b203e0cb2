import Foundation
import SystemPackage

@testable import Capture

/// A temporary folder with an identity directory in it, and the tools that look at it.
struct IdentityFolder {
    static let now = Date(timeIntervalSince1970: 1_329_901_381)
    static let names = CertificateNames(hostName: "sunny", addresses: ["192.0.2.7", "2001:db8::7"].compactMap { IPAddress($0) })

    let root: FilePath
    var directory: IdentityDirectory { IdentityDirectory(root.appending("state").appending("certificate")) }

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "identity-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        root = FilePath(folder.path)
    }

    func make(seed: UInt64 = 1, now: Date = Self.now) throws -> ServerIdentity {
        var random = SteadyRandom(state: seed)
        return try directory.loadOrMake(names: Self.names, now: now, random: &random)
    }

    func renew(seed: UInt64 = 2) throws -> ServerIdentity {
        var random = SteadyRandom(state: seed)
        return try directory.renew(names: Self.names, now: Self.now, random: &random)
    }

    func read(_ path: FilePath) throws -> String { try String(contentsOfFile: path.string, encoding: .utf8) }

    func write(_ text: String, to path: FilePath, mode: Int = 0o600) throws {
        try text.write(toFile: path.string, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path.string)
    }

    func mode(_ path: FilePath) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path.string)[.posixPermissions] as? Int ?? -1
    }

    /// Names of all files in the identity's folder.
    func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: directory.path.string).sorted() }

    /// Runs Debian's `openssl` and returns what it printed on both of its outputs.
    @discardableResult
    func openssl(_ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: root.string)
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return output
    }
}

/// Numbers that come in the same order each time.
struct SteadyRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state
    }
}
