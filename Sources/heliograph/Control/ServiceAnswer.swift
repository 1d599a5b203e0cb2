import Foundation
import SystemPackage

/// What a control socket says.
enum ServiceAnswer {
    case running(ServiceReport)
    /// Nobody answers.
    case notRunning
    /// Why it can't be known, in a few words.
    case unknown(String)

    var isRunning: Bool { if case .running = self { true } else { false } }

    /// Asks; takes two seconds at most.
    ///
    /// - Parameter mode: what to change `cloud` to before; nil to change nothing.
    static func ask(_ path: FilePath, changingTo mode: Settings.Cloud? = nil) -> ServiceAnswer {
        do {
            let line = mode.map { "\(ControlSocket.cloudWord) \($0.rawValue)\n" } ?? ""
            return .running(try JSONDecoder().decode(ServiceReport.self, from: read(path, saying: line)))
        } catch Errno.noSuchFileOrDirectory, Errno.connectionRefused {
            return .notRunning
        } catch Errno.resourceTemporarilyUnavailable {
            return .unknown("it does not answer at \(path)")
        } catch let error as Errno {
            return .unknown("can't ask \(path): \("\(error)".lowercased())")
        } catch { return .unknown("what \(path) says is not understood; is it of another version?") }
    }

    private static func read(_ path: FilePath, saying line: String) throws -> Data {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.string.utf8.count <= ControlSocket.pathLimit else { throw Errno.noSuchFileOrDirectory }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.string.utf8) }

        let descriptor = FileDescriptor(rawValue: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0))
        guard descriptor.rawValue >= 0 else { throw Errno(rawValue: errno) }
        return try descriptor.closeAfter {
            var limit = timeval(tv_sec: 2, tv_usec: 0)
            for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
                setsockopt(descriptor.rawValue, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
            }
            let connected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor.rawValue, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            guard connected == 0 else { throw Errno(rawValue: errno) }
            try descriptor.writeAll(line.utf8)
            shutdown(descriptor.rawValue, Int32(SHUT_WR))
            var answer: [UInt8] = []
            while answer.count < 1 << 20 {
                let chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 14) { buffer, count in
                    count = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
                }
                if chunk.isEmpty { break }
                answer += chunk
            }
            return Data(answer)
        }
    }
}
