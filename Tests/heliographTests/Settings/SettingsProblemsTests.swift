import Testing

@testable import heliograph

@Suite struct SettingsProblemsTests {
    @Test(arguments: [
        (
            "# here\nlissen: 0.0.0.0:1\n",
            "error: unknown setting lissen (h.yaml:2)\nhint: did you mean listen?"
        ),
        (
            "limits:\n  idle: 1s\n  request-bodi: 3MiB\n",
            "error: unknown setting limits.request-bodi (h.yaml:3)\nhint: did you mean limits.request-body?"
        ),
        (
            "request-head: 64KiB\n",
            "error: unknown setting request-head (h.yaml:1)\nhint: did you mean limits.request-head?"
        ),
        (
            "limit:\n  idle: 3s\n",
            "error: unknown setting limit (h.yaml:1)\nhint: did you mean limits?"
        ),
        (
            "kafka:\n  broker: b\n",
            "error: unknown setting kafka (h.yaml:1)\nhint: heliograph config sample lists every setting"
        ),
        (
            "\nlisten: 4430\n",
            "error: listen: \"4430\" is not accepted (h.yaml:2)\nhint: write an IP address and a port, as in 0.0.0.0:4430 or [::]:4430"
        ),
        (
            "listen-plain: on\n",
            "error: listen-plain: \"on\" is not accepted (h.yaml:1)\nhint: write an IP address and a port, as in 0.0.0.0:4430 or [::]:4430, or off"
        ),
        (
            "upstream: http://a.example\n",
            "error: upstream: \"http://a.example\" is not accepted (h.yaml:1)\nhint: write an https URL of a host and perhaps a port, without path or user name"
        ),
        (
            "envoy: [192.168.1.2, envoy.local]\n",
            "error: envoy: \"192.168.1.2\", \"envoy.local\" is not accepted (h.yaml:1)\nhint: write IP addresses without ports"
        ),
        (
            "cloud: maybe\n",
            "error: cloud: \"maybe\" is not accepted (h.yaml:1)\nhint: write forward, shield, answer or off"
        ),
        (
            "limits:\n  idle: 30\n",
            "error: limits.idle: \"30\" is not accepted (h.yaml:2)\nhint: write a duration from 10ms to 1d, in ms, s, m, h or d"
        ),
        (
            "limits:\n  reply: 5GiB\n",
            "error: limits.reply: \"5GiB\" is not accepted (h.yaml:2)\nhint: write a size from 1KiB to 4GiB, in bytes, KiB, MiB or GiB"
        ),
        (
            "limits:\n  connections: many\n",
            "error: limits.connections: \"many\" is not accepted (h.yaml:2)\nhint: write a whole number from 1 to 100000"
        ),
        (
            "limits: 5\n",
            "error: limits: a block of settings is needed here (h.yaml:1)\nhint: indent its settings below it"
        ),
        (
            "cloud:\n",
            "error: cloud: no value is given (h.yaml:1)\nhint: delete the line, or write forward, shield, answer or off"
        ),
        (
            "spool: [a, b]\n",
            "error: spool: a single value is needed here (h.yaml:1)\nhint: write the path of a folder"
        ),
        (
            "envoy: [[a]]\n",
            "error: envoy: a list of single values is needed here (h.yaml:1)\nhint: write IP addresses without ports"
        ),
        (
            "certificate: c.pem\n",
            "error: certificate is set without private-key (h.yaml:1)\nhint: set both, or neither to have one made"
        ),
        (
            "private-key: k.pem\n",
            "error: private-key is set without certificate (h.yaml:1)\nhint: set both, or neither to have one made"
        ),
        (
            "listen: 127.0.0.1:1\nlisten-plain: 127.0.0.1:1\n",
            "error: listen (h.yaml:1) and listen-plain (h.yaml:2) are the same\nhint: give one of them another port"
        ),
        (
            "spool: a\n\nspool: b\n",
            "error: set more than once: spool (h.yaml:1)\nhint: keep one of the lines"
        ),
        (
            "- listen\n",
            "error: the settings are not keys with values (h.yaml:1)\nhint: write one setting a line, as in listen: 0.0.0.0:4430"
        ),
        (
            "spool: a\nlisten: [::]:4430\n",
            "error: not YAML: did not find expected node content (h.yaml:2)\nhint: quote values that hold \": \" or start with [ or *, as in listen: \"[::]:4430\""
        ),
    ])
    func `a bad line of the file is named with what is wrong and what to write`(_ text: String, _ expected: String) {
        #expect(problems(file: text) == expected)
    }

    @Test func `a bad flag and a bad environment variable are named as such`() {
        #expect(
            problems(flags: ["limits.idle": ["soon"]])
                == "error: limits.idle: \"soon\" is not accepted (flag --limits-idle)\nhint: write a duration from 10ms to 1d, in ms, s, m, h or d"
        )
        #expect(
            problems(environment: ["HELIOGRAPH_CLOUD": "on"])
                == "error: cloud: \"on\" is not accepted (environment variable HELIOGRAPH_CLOUD)\nhint: write forward, shield, answer or off"
        )
    }

    @Test func `an unknown environment variable is an error, and those of others are none of ours`() {
        #expect(
            problems(environment: ["HELIOGRAPH_LISSEN": "x", "HELIO": "y", "PATH": "/bin"])
                == "error: unknown environment variable HELIOGRAPH_LISSEN\nhint: did you mean HELIOGRAPH_LISTEN?")
        #expect(
            problems(environment: ["HELIOGRAPH_KAFKA_TOPIC": "x"])
                == "error: unknown environment variable HELIOGRAPH_KAFKA_TOPIC\nhint: heliograph config sample lists every setting")
    }

    @Test func `all problems are told at once`() {
        #expect(problems(file: "lissen: a\nlisten: a\nspool: [a]\n").split(separator: "\n").filter { $0.hasPrefix("error:") }.count == 3)
    }

    @Test(arguments: ["", "# nothing\n", "---\n", "limits:\n", "~\n"])
    func `a file that sets nothing is fine`(_ text: String) {
        #expect(problems(file: text) == "")
    }

    @Test(arguments: 0..<200)
    func `no damage to a file of settings traps`(_ seed: Int) {
        var bytes = Array(SampleFileTests.uncommented.utf8)
        var state = UInt64(seed) &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        for _ in 0..<8 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes[Int(state >> 33) % bytes.count] = Array("[]{}:#&*!|>'\"%@`-,\n\t \u{0}a9".utf8)[Int(state >> 20) % 24]
        }
        _ = problems(file: String(decoding: bytes, as: UTF8.self))
    }

    private func problems(
        flags: [String: [String]] = [:], environment: [String: String] = [:], file: String? = nil
    ) -> String {
        var reader = SettingsReader(flags: flags, environment: environment, file: file.map { ("h.yaml", $0) })
        _ = Settings(from: &reader)
        return Failures(failures: reader.problems).description
    }
}
