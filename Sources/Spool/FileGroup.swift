import SystemPackage

/// Files that become durable together: all are written under hidden names, then all flushed, then all renamed, and each
/// folder is flushed once. Files that are there already stay: they are whole.
struct FileGroup {
    private struct Entry {
        var descriptor: FileDescriptor
        var folder: FilePath
        var name: String
        var partial: FilePath { folder.appending(".\(name).partial") }
    }

    private var entries: [Entry] = []

    /// Writes one file, through what `write` does to its descriptor.
    mutating func add(
        _ name: String, in folder: FilePath, write: (FileDescriptor) throws(SpoolError) -> Void
    ) throws(SpoolError) {
        guard !Files.exists(folder.appending(name)) else { return }
        try Files.createFolder(folder)
        var entry = Entry(descriptor: FileDescriptor.standardError, folder: folder, name: name)
        // What an earlier attempt left under the hidden name is worth nothing.
        try Files.remove(entry.partial)
        entry.descriptor = try Files.create(entry.partial)
        entries.append(entry)
        try write(entry.descriptor)
    }

    /// Flushes and names what was added.
    mutating func place() throws(SpoolError) {
        for entry in entries { Files.beginWriteback(entry.descriptor) }
        for entry in entries { try Files.synchronise(entry.descriptor, entry.partial) }
        for entry in entries { try Files.rename(entry.partial, to: entry.folder.appending(entry.name)) }
        for folder in Set(entries.map(\.folder)) {
            let descriptor = try Files.openFolder(folder)
            // Only a name is flushed through it; closing it has nothing to report.
            defer { try? descriptor.close() }
            try Files.synchronise(descriptor, folder)
        }
        close()
    }

    /// Removes what was written. What can't be removed is hidden, and in nobody's way.
    mutating func abandon() {
        for entry in entries { try? Files.remove(entry.partial) }
        close()
    }

    private mutating func close() {
        // After a flush, or of a file given up, closing has nothing left to report.
        for entry in entries { try? entry.descriptor.close() }
        entries = []
    }
}
