import Archive
import Foundation
import Reports
import Simulator

/// Reports of one made-up Envoy, half an hour each, all different; and the archive that they come to.
enum ReportSeries {
    static func make(_ count: Int) -> [EnvoyReport] {
        let identity = EnvoyIdentity(place: .freiburg, webcomm: .v4_6_0, seed: 11)
        let roof = Roof(place: .freiburg, panelCount: 6, seed: 11)
        let noon = 1_434_880_800
        return (0..<count).map { number in
            let start = noon + number * 1800
            var envoy = EnvoyModel(identity: identity, roof: roof, startSeconds: start)
            envoy.advance(to: start + 1800)
            return envoy.report(atSeconds: start + 1800)
        }
    }

    /// The digest of an archive that holds these reports and nothing else, each kept once, in order.
    static func digest(_ reports: [EnvoyReport], in file: URL) async throws -> String {
        try await digest(xml: reports.map { Array($0.xml.utf8) }, in: file)
    }

    static func digest(xml reports: [[UInt8]], in file: URL) async throws -> String {
        let archive = try await ArchiveWriter.open(file.path(percentEncoded: false), check: .none)
        for (number, xml) in reports.enumerated() {
            let decoded = try Report.decode(xml: xml)
            try await archive.keep(decoded.value, from: Source(name: "\(number)", receivedTimestamp: nil))
        }
        let digest = try await archive.reader.digest()
        try await archive.close()
        return digest
    }

    /// The digest of an archive that another program keeps; nil while there is none.
    static func digest(of file: URL) async throws -> String? {
        guard FileManager.default.fileExists(atPath: file.path(percentEncoded: false)) else { return nil }
        let reader = try await ArchiveReader.open(file.path(percentEncoded: false))
        let digest = try await reader.digest()
        try await reader.close()
        return digest
    }
}
