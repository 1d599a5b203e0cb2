/// What the names in a spool folder say of its exchanges.
struct Inventory {
    /// Each exchange that has its request, with the files it has come to, by name.
    var exchanges: [(stem: Stem, files: Set<ExchangeFile>)]
    /// Hidden files that a crash left.
    var partial: [String]

    init(names: [String]) {
        var files: [Stem: Set<ExchangeFile>] = [:]
        for name in names {
            guard let stem = Stem(fileName: name) else { continue }
            guard let file = ExchangeFile.allCases.first(where: { $0.name(of: stem) == name }) else { continue }
            files[stem, default: []].insert(file)
        }
        exchanges = files.filter { $0.value.contains(.request) }.sorted { $0.key.description < $1.key.description }
            .map { (stem: $0.key, files: $0.value) }
        partial = names.filter { $0.hasPrefix(".") && $0.hasSuffix(".partial") }
    }
}
