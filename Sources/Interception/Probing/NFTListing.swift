import Foundation

/// What `nft -j list ruleset` prints (libnftables-json(5)): one list of objects, each `table`, `chain`, `rule` or something else.
enum NFTListing {
    static func firewall(_ json: String) throws(InterceptionError) -> Firewall {
        let subject = "what nft prints"
        guard !json.allSatisfy(\.isWhitespace) else { return Firewall() }
        let parsed: Any
        do { parsed = try JSONSerialization.jsonObject(with: Data(json.utf8)) } catch { throw .notRead(subject, reason: "\(error)") }
        guard let objects = (parsed as? [String: Any])?["nftables"] as? [[String: Any]] else {
            throw .notRead(subject, reason: "it holds no list of rules")
        }
        var firewall = Firewall()
        for object in objects {
            if let table = object["table"] as? [String: Any], let name = table["name"] as? String {
                firewall.tables.append(Firewall.Table(table["family"] as? String ?? "", name))
            } else if let chain = object["chain"] as? [String: Any], let name = chain["name"] as? String {
                firewall.chains.append(.init(self.table(chain), name, hook: chain["hook"] as? String, policy: chain["policy"] as? String))
            } else if let rule = object["rule"] as? [String: Any] {
                firewall.rules.append(self.rule(rule))
            }
        }
        return firewall
    }

    private static func table(_ member: [String: Any]) -> Firewall.Table {
        Firewall.Table(member["family"] as? String ?? "", member["table"] as? String ?? "")
    }

    private static func rule(_ rule: [String: Any]) -> Firewall.Rule {
        let expression = rule["expr"] as? [[String: Any]] ?? []
        let packets = expression.lazy.compactMap { ($0["counter"] as? [String: Any])?["packets"] as? Int }.first
        return .init(
            table(rule), rule["chain"] as? String ?? "", text(expression), packets: packets, comment: rule["comment"] as? String,
            handle: rule["handle"] as? Int)
    }

    private static func text(_ expression: [[String: Any]]) -> String {
        // What was read as JSON can be written as JSON.
        guard let data = try? JSONSerialization.data(withJSONObject: expression, options: [.sortedKeys]) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }
}

/// What `iptables -S -v` prints: `-P CHAIN POLICY`, `-N CHAIN`, and `-A CHAIN …` for each rule, with counts behind `-c`.
enum IPTablesListing {
    static func add(_ text: String, _ table: Firewall.Table, to firewall: inout Firewall) {
        firewall.tables.append(table)
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count > 1 else { continue }
            switch words[0] {
            case "-P" where words.count > 2:
                firewall.chains.append(.init(table, words[1], hook: words[1].lowercased(), policy: words[2].lowercased()))
            case "-N": firewall.chains.append(.init(table, words[1]))
            case "-A":
                let packets = words.firstIndex(of: "-c").flatMap { $0 + 1 < words.count ? Int(words[$0 + 1]) : nil }
                firewall.rules.append(.init(table, words[1], String(line), packets: packets, comment: comment(line)))
            default: break
            }
        }
    }

    /// What `iptables-save` prints: `*TABLE`, `:CHAIN POLICY [counts]` (a chain of one's own has the policy `-`), and `-A CHAIN …`.
    static func addSaved(_ text: String, family: String, to firewall: inout Firewall) {
        var table: Firewall.Table?
        for line in text.split(separator: "\n") {
            if line.hasPrefix("*") {
                let found = Firewall.Table(family, String(line.dropFirst()))
                firewall.tables.append(found)
                table = found
            }
            guard let table else { continue }
            let words = line.split(separator: " ").map(String.init)
            if line.hasPrefix(":"), words.count > 1 {
                let name = String(words[0].dropFirst())
                let isOfUser = words[1] == "-"
                firewall.chains.append(
                    .init(table, name, hook: isOfUser ? nil : name.lowercased(), policy: isOfUser ? nil : words[1].lowercased()))
            } else if words.first == "-A", words.count > 1 {
                firewall.rules.append(.init(table, words[1], String(line), comment: comment(line)))
            }
        }
    }

    private static func comment(_ line: Substring) -> String? {
        guard let start = line.range(of: "--comment \"")?.upperBound, let end = line[start...].firstIndex(of: "\"") else { return nil }
        return String(line[start..<end])
    }
}
