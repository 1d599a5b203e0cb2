import Spool

/// One exchange to look at. What is shown is text, whatever the Envoy or the cloud put into it.
struct CapturePage {
    struct File {
        let kind: String
        let title: String
        /// The head as it came; of files that are no messages all of it.
        let text: String
        /// What follows the head, made readable.
        let body: String
        let bodyNote: String
        /// What it looked like on the wire.
        let digits: String
        let hasBody: Bool
        let hasDigits: Bool
        let isOpen: Bool
        let isCut: Bool
        let stored: String
        let href: String
    }

    let name: String
    let arrived: String
    let place: String
    let files: [File]

    /// More of a text is for downloading; the largest report seen is whole.
    private static let shownBytes = 192 << 10
    /// A message of more is not read for being shown.
    private static let readBytes = 2 << 20

    init(_ capture: Shelf.Exchange, _ house: House) async throws {
        name = capture.stem.description
        arrived = CapturesPage.arrival(capture.stem)
        place = capture.place.rawValue
        let hasXML = capture.files.contains { $0.kind == "xml" }
        var files: [File] = []
        for file in capture.files {
            let isMessage = ["request", "response", "answer", "delivery"].contains(file.kind)
            let bytes = try await house.piece(of: capture, file, from: 0, limit: isMessage ? Self.readBytes : Self.shownBytes)
            let message = isMessage ? ReadableMessage(bytes, isWhole: bytes.count < Self.readBytes, limit: Self.shownBytes) : nil
            let text = message?.head ?? Text.readable(bytes[...])
            let body = message?.body ?? ""
            files.append(
                File(
                    kind: file.kind, title: Self.titles[file.kind] ?? file.kind, text: text, body: body,
                    bodyNote: message?.note ?? "", digits: message?.digits ?? "", hasBody: !body.isEmpty,
                    hasDigits: message?.digits.isEmpty == false,
                    // The report's XML has a place of its own on the page.
                    isOpen: !(hasXML && file.kind == "request"),
                    isCut: message?.isCut ?? (bytes.count == Self.shownBytes),
                    stored: Shown.bytes(file.storedBytes), href: "/api/v1/captures/\(capture.stem)/\(file.kind)"))
        }
        self.files = files
    }

    private static let titles = [
        "request": "Request, as the Envoy sent it", "response": "Reply, as the cloud sent it", "xml": "The report’s XML",
        "incomplete": "Why the reply broke off", "answer": "Our answer, as the Envoy heard it",
        "delivery": "The cloud’s reply to its later delivery",
        "reason": "Why it could not be read",
    ]
}
