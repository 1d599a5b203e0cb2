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

    /// Lets go of the pages of program text that starting has brought in: those that are needed later come back by
    /// themselves, from the file. On a router with little memory the rest is of more use elsewhere.
    static func giveBack() {
        #if os(Linux)
            // Where the list can't be read, everything stays as it is.
            guard let maps = try? FileHandle(forReadingAtPath: "/proc/self/maps")?.readToEnd() else { return }
            for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") {
                // address range, permissions, offset, device, inode, path (proc_pid_maps(5))
                let fields = line.split(separator: " ")
                guard fields.count > 5, fields[1] == "r-xp", fields[5].hasPrefix("/") else { continue }
                let ends = fields[0].split(separator: "-").compactMap { UInt(String($0), radix: 16) }
                guard ends.count == 2, ends[1] > ends[0], let start = UnsafeMutableRawPointer(bitPattern: ends[0]) else { continue }
                // A mapping of a file that is executed and never written: nothing in it can be lost.
                _ = madvise(start, Int(ends[1] - ends[0]), MADV_DONTNEED)
            }
        #endif
    }
}
