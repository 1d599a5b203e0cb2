import SystemPackage

/// Files that become durable together: all are written under hidden names, then all flushed, then all renamed, and each
/// folder is flushed once. Files that are there already stay: they are whole.
struct FileGroup {
    private struct Entry {
        let partial: FilePath
        let target: FilePath
        let descriptor: FileDescriptor

        init(_ name: String, in folder: FilePath) throws(SpoolError) {
            partial = folder.appending(".\(name).partial")
            target = folder.appending(name)
            // What an earlier attempt left under the hidden name is worth nothing.
            try Files.remove(partial)
            descriptor = try Files.create(partial)
        }
    }

    private var entries: [Entry] = []
    /// Also of the files that were there: what named them may have been cut off before it flushed the folder.
    private var folders: Set<FilePath> = []

    /// Writes one file, through what `write` does to its descriptor.
    mutating func add(
        _ name: String, in folder: FilePath, write: (FileDescriptor) throws(SpoolError) -> Void
    ) throws(SpoolError) {
        folders.insert(folder)
        guard !Files.exists(folder.appending(name)) else { return }
        try Files.createFolder(folder)
        let entry = try Entry(name, in: folder)
        entries.append(entry)
        try write(entry.descriptor)
    }

    /// Flushes and names what was added.
    mutating func place() throws(SpoolError) {
        for entry in entries { Files.beginWriteback(entry.descriptor) }
        for entry in entries { try Files.synchronise(entry.descriptor, entry.partial) }
        for entry in entries { try Files.rename(entry.partial, to: entry.target) }
        for folder in folders { try Files.synchronise(folder: folder) }
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
        folders = []
    }
}
