/// Judges whose a port is on which something listens.
enum PortOwner {
    /// Whether another program has it: the service does not answer, or takes TLS elsewhere.
    /// - Parameter isTLS: whether it is for TLS; of others the service does not tell.
    static func isOther(_ port: Int, _ service: DoctorFacts.Service, isTLS: Bool) -> Bool {
        switch service {
        case .runs(let own): isTLS && own != port
        case .stopped: true
        case .unknown: false
        }
    }

    static func cure(_ port: Int) -> String {
        "sudo ss -ltnp 'sport = :\(port)' shows which: stop it, or give heliograph another port with listen"
    }
}
