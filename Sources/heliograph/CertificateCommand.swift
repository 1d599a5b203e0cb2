import ArgumentParser
import Capture
import Foundation

/// `heliograph certificate`: the certificate that the Envoy is shown.
struct CertificateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate", abstract: "Show the certificate that the Envoy sees, or make a new one.",
        subcommands: [Show.self, Renew.self])

    /// `heliograph certificate show`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show names, validity and fingerprint of the certificate.")

        @OptionGroup var options: SettingsOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let settings = try options.load()
            do {
                let identity =
                    if let own = settings.ownCertificate {
                        try ServerIdentity(certificate: own.certificate, privateKey: own.privateKey, now: Date())
                    } else {
                        try IdentityDirectory(settings.certificateFolder).load(now: Date())
                    }
                print(try ShownCertificate(identity).text(json: json))
            } catch let error as IdentityError {
                throw Failure(error, own: settings.ownCertificate != nil)
            }
        }
    }

    /// `heliograph certificate renew`
    struct Renew: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a new key and certificate, and keep the former ones as .old.",
            discussion: "A proxy that is running serves the new certificate after its next start.")

        @OptionGroup var options: SettingsOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let settings = try options.load()
            if let own = settings.ownCertificate {
                throw Failure(
                    "the certificate \(own.certificate) is your own and is not replaced",
                    hint: "put a new one in its place, or take certificate and private-key out of the settings")
            }
            var random = SystemRandomNumberGenerator()
            do {
                let identity = try IdentityDirectory(settings.certificateFolder)
                    .renew(names: .ofThisMachine(), now: Date(), random: &random)
                print(try ShownCertificate(identity).text(json: json))
            } catch let error as IdentityError {
                throw Failure(error, own: false)
            }
        }
    }
}

extension SettingsOptions {
    /// The settings of this process: these flags, its environment, the file.
    func load() throws -> Settings {
        try Settings.load(flags: flags, environment: ProcessInfo.processInfo.environment, file: config)
    }
}

extension Failure {
    /// - Parameter own: Whether the certificate is the owner's own and not one made here.
    init(_ error: IdentityError, own: Bool) {
        let hint: String? =
            switch error {
            case .unreadable(_, _, .noSuchFileOrDirectory) where !own:
                "heliograph run makes one at its first start, heliograph certificate renew makes one now"
            case .unreadable(_, _, .noSuchFileOrDirectory): "check certificate and private-key in the settings"
            case .unreadable: "run this as the user that heliograph runs as, or check owner and mode of the file"
            case .notPEM where own: "give the file as PEM, the key without a pass phrase"
            case .keyDoesNotMatch where own: "check that certificate and private-key name files of the same pair"
            case .notPEM, .keyDoesNotMatch, .halfMissing:
                "put the right file back, or heliograph certificate renew makes a new pair and keeps these as .old"
            case .notWritten(_, _, .permissionDenied): "run this as the user that heliograph runs as, or name a folder with --data"
            case .notWritten, .notMade: nil
            }
        self.init(error.description, hint: hint)
    }
}
