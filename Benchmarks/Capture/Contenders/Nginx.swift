import Foundation

/// The configurations of nginx: as the cloud's stub, and as the proxy that ours is measured against.
enum Nginx {
    static func arguments(_ file: String, _ place: Workplace) -> [String] { ["-e", place.path("nginx-start.log"), "-c", file] }

    /// The cloud's stub: takes the whole request (only the mirror makes nginx read it) and sends a fixed reply.
    static func cloud(in place: Workplace, port: Int) -> String {
        """
        worker_processes 1;
        \(common("cloud", in: place))
        http {
            \(paths("cloud", in: place))
            root \(place.folder.path);
            server {
                listen 127.0.0.1:\(port) ssl backlog=4096;
                \(hasIPv6 ? "listen [::1]:\(port) ssl backlog=4096;" : "")
                ssl_certificate \(place.path("cloud.crt"));
                ssl_certificate_key \(place.path("cloud.key"));
                ssl_protocols TLSv1.2 TLSv1.3;
                ssl_session_cache off;
                ssl_session_tickets off;
                location / { mirror /mirror; mirror_request_body on; log_not_found off; error_page 404 405 =200 /reply.bin; }
                location = /reply.bin { mirror off; types {} default_type "application/x-deflate; charset=utf-8"; }
                location = /mirror { internal; return 204; }
            }
        }

        """
    }

    /// Ends TLS and opens a new upstream connection for each request, with a full handshake and the certificate verified.
    /// Keeps nothing.
    static func proxy(_ name: String, in place: Workplace, port: Int, cloudPort: Int) -> String {
        """
        worker_processes 2;
        \(common(name, in: place))
        http {
            \(paths(name, in: place))
            server {
                listen 127.0.0.1:\(port) ssl backlog=4096;
                ssl_certificate \(place.path("server.crt"));
                ssl_certificate_key \(place.path("server.key"));
                ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
                ssl_session_cache off;
                ssl_session_tickets off;
                location / {
                    proxy_pass https://127.0.0.1:\(cloudPort);
                    proxy_set_header Host $http_host;
                    proxy_ssl_server_name on;
                    proxy_ssl_name localhost;
                    proxy_ssl_verify on;
                    proxy_ssl_trusted_certificate \(place.path("ca.pem"));
                    proxy_ssl_protocols TLSv1.2 TLSv1.3;
                    proxy_ssl_session_reuse off;
                }
            }
        }

        """
    }

    /// Whether this processor has the extension by which OpenSSL, and not BoringSSL, signs with RSA in less than half the time.
    /// No processor of a Raspberry Pi, a router or a NAS has it.
    static var hasIFMA: Bool {
        // Where there is no such file the processor is none of those.
        (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.contains(" avx512ifma") ?? false
    }

    /// Whether `localhost` has an IPv6 address here: who resolves the name tries that first, and the cloud is to be there as well.
    private static var hasIPv6: Bool {
        (try? String(contentsOfFile: "/proc/net/if_inet6", encoding: .utf8))?.contains("00000000000000000000000000000001 ") ?? false
    }

    /// Has OpenSSL do without it (OPENSSL_ia32cap(3): bit 21 of the second word).
    static let withoutIFMA = ["OPENSSL_ia32cap": ":~0x200000"]

    private static func common(_ name: String, in place: Workplace) -> String {
        """
        daemon off;
        pid \(place.path("\(name).pid"));
        error_log \(place.path("\(name)-error.log")) warn;
        events { worker_connections 4096; }
        \(getuid() == 0 ? "user root;" : "")
        """
    }

    private static func paths(_ name: String, in place: Workplace) -> String {
        """
        access_log off;
        client_max_body_size 64m;
        client_body_buffer_size 1m;
        server_tokens off;
        etag off;
        \(["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(place.path("\(name)-\($0)"));" }.joined(separator: "\n"))
        """
    }
}
