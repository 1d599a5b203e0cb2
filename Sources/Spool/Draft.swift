import SystemPackage

/// A file of an exchange that is still being collected. Its owner ends it with ``SpoolDirectory/commit(_:)``,
/// ``SpoolDirectory/enqueue(_:then:)`` or ``discard()``; until then no file with a final name exists.
///
/// What is small stays in memory and is written by the commit; past ``memoryLimit`` it moves to a hidden file, so that
/// a thousand connections at once cost at most a thousand times that much memory.
public struct Draft: Sendable {
    /// How much of one file is held in memory, bytes: three of the largest reports seen.
    public static let memoryLimit = 64 * 1024

    public let stem: Stem
    public let file: ExchangeFile
    /// How much was appended, bytes.
    public private(set) var count = 0

    private(set) var buffered: [UInt8] = []
    private(set) var descriptor: FileDescriptor?
    let spool: SpoolDirectory

    init(_ stem: Stem, _ file: ExchangeFile, in spool: SpoolDirectory) {
        self.stem = stem
        self.file = file
        self.spool = spool
    }

    /// Adds bytes at the end. Throws where the disk doesn't take them.
    public mutating func append(_ bytes: some Collection<UInt8>) async throws(SpoolError) {
        buffered.append(contentsOf: bytes)
        count += bytes.count
        guard buffered.count > Self.memoryLimit else { return }
        let (draft, chunk) = (self, buffered)
        buffered = []
        descriptor = try await spool.spilling.run { () throws(SpoolError) in
            let descriptor = try draft.opened()
            do throws(SpoolError) { try draft.write(chunk, to: descriptor) } catch {
                // Nobody knows yet of a file that was made just now.
                if draft.descriptor == nil { draft.removePartial(closing: descriptor) }
                throw error
            }
            return descriptor
        }
    }

    /// All that was appended; nil where some of it went to the disk already.
    public var heldBytes: [UInt8]? { descriptor == nil && buffered.count == count ? buffered : nil }

    /// Throws the file away.
    public func discard() async {
        guard let descriptor else { return }
        await spool.spilling.perform { removePartial(closing: descriptor) }
    }

    var partialPath: FilePath { spool.path.appending(file.partialName(of: stem)) }
    var finalPath: FilePath { spool.path.appending(file.name(of: stem)) }

    /// Blocking: opens the hidden file, writes what is buffered, and leaves all of it in the hands of the system.
    func writeOut() throws(SpoolError) -> FileDescriptor {
        let descriptor = try opened()
        do throws(SpoolError) { try write(buffered, to: descriptor) } catch {
            removePartial(closing: descriptor)
            throw error
        }
        return descriptor
    }

    /// Blocking. A failure to close or remove is passed over: the file is hidden, and cleaned at the next start.
    func removePartial(closing descriptor: FileDescriptor?) {
        try? descriptor?.close()
        try? Files.remove(partialPath)
    }

    private func opened() throws(SpoolError) -> FileDescriptor {
        if let descriptor { return descriptor }
        return try Files.create(partialPath)
    }

    private func write(_ bytes: [UInt8], to descriptor: FileDescriptor) throws(SpoolError) {
        try Files.write(bytes, to: descriptor, partialPath)
    }
}
