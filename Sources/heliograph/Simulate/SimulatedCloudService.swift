import Foundation
import ServiceLifecycle
import Simulator

/// Runs a simulated cloud and prints a line a request, until a signal ends it.
struct SimulatedCloudService: Service {
    let address: ListenAddress
    let behaviour: CloudBehaviour
    let folder: String
    let names: [String]
    let plain: Bool
    let json: Bool

    func run() async throws {
        let host = address.address.description
        let identity = plain ? nil : try makeIdentity(address: host)
        let cloud: Cloud
        do throws(SimulatorError) {
            cloud = try await Cloud.start(address: host, port: address.port, identity: identity, behaviour: behaviour, keeping: 0)
        } catch {
            throw Failure(error.description, hint: "is another program on this port? --listen \(host):0 picks a free one")
        }
        var listening = address
        listening.port = cloud.port
        Terminal.note("listening \(listening)")

        // The stream ends when the cloud is stopped, so the loop ends by itself.
        try await withGracefulShutdownHandler {
            for await request in cloud.arrivals() {
                let line = SimulatedRequestLine(request, at: Date())
                Terminal.print(json ? try line.json() : line.text)
            }
        } onGracefulShutdown: {
            cloud.finishArrivals()
        }
        await cloud.stop()
    }

    private func makeIdentity(address: String) throws -> CloudIdentity {
        let file = URL(filePath: folder).appending(path: "ca.pem")
        do {
            let authority = try ThrowawayAuthority()
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data(authority.certificatePEM.utf8).write(to: file, options: .atomic)
            Terminal.note("authority \(file.path)")
            return try authority.issue(
                dnsNames: ["localhost", "reports.enphaseenergy.com"] + names, ipAddresses: [address, "127.0.0.1", "::1"])
        } catch let error as SimulatorError {
            throw Failure(error.description)
        } catch {
            throw Failure("can't write \(file.path): \(error.localizedDescription)", hint: "choose another folder with --data")
        }
    }
}
