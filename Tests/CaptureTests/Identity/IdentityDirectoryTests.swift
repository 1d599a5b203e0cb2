import Foundation
import SystemPackage
import Testing

@testable import Capture

@Suite struct IdentityDirectoryTests {
    @Test func `a second start serves the same certificate`() throws {
        let folder = try IdentityFolder()
        let first = try folder.make()
        #expect(try folder.make(seed: 2).summary == first.summary)
    }

    @Test func `loading makes nothing`() throws {
        let folder = try IdentityFolder()
        #expect(throws: IdentityError.unreadable(.certificate, path: folder.directory.certificatePath, cause: .noSuchFileOrDirectory)) {
            try folder.directory.load(now: IdentityFolder.now)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.directory.path.string))
    }

    @Test func `a renewal makes a new pair and keeps the former one`() throws {
        let folder = try IdentityFolder()
        let former = try folder.make()
        let formerKey = try folder.read(folder.directory.privateKeyPath)
        let new = try folder.renew()
        #expect(new.summary.sha256Fingerprint != former.summary.sha256Fingerprint)
        #expect(try folder.files() == ["certificate.pem", "certificate.pem.old", "private-key.pem", "private-key.pem.old"])
        let kept = try ServerIdentity(
            certificate: folder.directory.path.appending("certificate.pem.old"),
            privateKey: folder.directory.path.appending("private-key.pem.old"),
            now: IdentityFolder.now)
        #expect(kept.summary == former.summary)
        #expect(try folder.read(folder.directory.privateKeyPath) != formerKey)
        #expect(try folder.mode(folder.directory.privateKeyPath) == 0o600)
        #expect(try folder.renew(seed: 3).summary != new.summary)
    }

    @Test func `a renewal without a former pair makes the first`() throws {
        let folder = try IdentityFolder()
        #expect(try folder.renew().warnings == [])
        #expect(try folder.files() == ["certificate.pem", "private-key.pem"])
    }

    @Test(arguments: ["certificate.pem", "private-key.pem"], [0, 0.3, 0.9])
    func `a torn file is refused and left as it is`(_ name: String, _ part: Double) throws {
        let folder = try IdentityFolder()
        _ = try folder.make()
        let path = folder.directory.path.appending(name)
        let whole = try folder.read(path)
        let torn = String(whole.prefix(Int(Double(whole.count) * part)))
        try folder.write(torn, to: path)
        let error = #expect(throws: IdentityError.self) { try folder.make() }
        guard case .notPEM(_, path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try folder.read(path) == torn)
    }

    @Test func `a key of another certificate is refused and left as it is`() throws {
        let (folder, other) = (try IdentityFolder(), try IdentityFolder())
        _ = try folder.make()
        _ = try other.make()
        let strange = try other.read(other.directory.privateKeyPath)
        try folder.write(strange, to: folder.directory.privateKeyPath)
        let (certificate, key) = (folder.directory.certificatePath, folder.directory.privateKeyPath)
        #expect(throws: IdentityError.keyDoesNotMatch(certificate: certificate, privateKey: key)) { try folder.make() }
        #expect(try folder.read(key) == strange)
    }

    @Test func `half a pair is refused and left as it is`() throws {
        let (noKey, noCertificate) = (try IdentityFolder(), try IdentityFolder())
        for folder in [noKey, noCertificate] { _ = try folder.make() }
        try FileManager.default.removeItem(atPath: noKey.directory.privateKeyPath.string)
        try FileManager.default.removeItem(atPath: noCertificate.directory.certificatePath.string)
        #expect(
            throws: IdentityError.halfMissing(.privateKey, path: noKey.directory.privateKeyPath, beside: noKey.directory.certificatePath)
        ) { try noKey.make() }
        #expect(
            throws: IdentityError.halfMissing(
                .certificate, path: noCertificate.directory.certificatePath, beside: noCertificate.directory.privateKeyPath)
        ) { try noCertificate.make() }
        #expect(try noKey.files() == ["certificate.pem"])
        #expect(try noCertificate.files() == ["private-key.pem"])
    }

    @Test func `a power cut before the renames leaves the former pair`() throws {
        let folder = try IdentityFolder()
        let former = try folder.make()
        try folder.write("torn", to: folder.directory.path.appending("private-key.pem.new"))
        #expect(try folder.make().summary == former.summary)
        try folder.write("key", to: folder.directory.path.appending("private-key.pem.new"))
        try folder.write("torn", to: folder.directory.path.appending("certificate.pem.new"))
        #expect(try folder.make().summary == former.summary)
        #expect(try folder.files() == ["certificate.pem", "private-key.pem"])
    }

    @Test func `a power cut between the renames is finished at the next start`() throws {
        let (folder, next) = (try IdentityFolder(), try IdentityFolder())
        _ = try folder.make()
        let new = try next.make(seed: 2)
        try folder.write(next.read(next.directory.privateKeyPath), to: folder.directory.privateKeyPath)
        try folder.write(next.read(next.directory.certificatePath), to: folder.directory.path.appending("certificate.pem.new"))
        #expect(try folder.make().summary == new.summary)
        #expect(try folder.files() == ["certificate.pem", "private-key.pem"])
    }

    @Test func `a left-over certificate for another key never takes the place of a good one`() throws {
        let (folder, other) = (try IdentityFolder(), try IdentityFolder())
        let former = try folder.make()
        _ = try other.make(seed: 2)
        try folder.write(other.read(other.directory.certificatePath), to: folder.directory.path.appending("certificate.pem.new"))
        #expect(try folder.make().summary == former.summary)
        #expect(try folder.renew().summary != former.summary)
        #expect(try !folder.files().contains { $0.hasSuffix(".new") })
    }

    @Test func `a folder that can't be made is named`() throws {
        let folder = try IdentityFolder()
        let blocked = folder.root.appending("file")
        try folder.write("", to: blocked)
        var random = SteadyRandom(state: 1)
        let error = #expect(throws: IdentityError.self) {
            try IdentityDirectory(blocked.appending("certificate")).loadOrMake(
                names: IdentityFolder.names, now: IdentityFolder.now, random: &random)
        }
        #expect(error?.description == "can't make the folder \(blocked)/certificate: not a directory")
    }
}
