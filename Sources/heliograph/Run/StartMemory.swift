import Foundation

#if canImport(Glibc)
    import CMalloc
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Memory that a program needs which mostly waits.
enum StartMemory {
    /// One heap for all threads, as long as they are few: each further one keeps what it once needed. To be called before there are many.
    static func useOneHeap() {
        #if canImport(Glibc)
            // What glibc does not grant only costs memory (mallopt(3)).
            _ = mallopt(M_ARENA_MAX, 1)
        #endif
    }

    /// Lets go of the pages of programs and libraries that starting has brought in: those that are needed later come back
    /// by themselves, from the file. On a router with little memory the rest is of more use elsewhere.
    static func giveBack() {
        #if os(Linux)
            // Where the list can't be read, everything stays as it is.
            guard let maps = try? FileHandle(forReadingAtPath: "/proc/self/smaps")?.readToEnd() else { return }
            var mapping: UnsafeMutableRawBufferPointer?
            for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") {
                // address range, permissions, offset, device, inode, path; then lines of "Name: value" (proc_pid_smaps(5))
                let fields = line.split(separator: " ")
                if fields.count > 5, ["r-xp", "r--p"].contains(fields[1]), fields[5].hasPrefix("/") {
                    let ends = fields[0].split(separator: "-").compactMap { UInt(String($0), radix: 16) }
                    guard ends.count == 2, ends[1] > ends[0], let start = UnsafeMutableRawPointer(bitPattern: ends[0]) else { continue }
                    mapping = UnsafeMutableRawBufferPointer(start: start, count: Int(ends[1] - ends[0]))
                } else if fields.first == "Anonymous:" {
                    // A mapping of a file that can't be written, and whose pages all are as in the file: nothing can be lost.
                    if let mapping, fields.dropFirst().first == "0" { _ = madvise(mapping.baseAddress, mapping.count, MADV_DONTNEED) }
                    mapping = nil
                }
            }
        #endif
    }
}
