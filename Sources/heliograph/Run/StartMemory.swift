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

    /// Lets go of the pages of program and libraries that starting has brought in: those that are needed later come back
    /// by themselves, from the file. On a router with little memory the rest is of more use elsewhere.
    static func giveBack() {
        #if os(Linux)
            // Where the list can't be read, everything stays as it is.
            guard let list = try? FileHandle(forReadingAtPath: "/proc/self/smaps")?.readToEnd() else { return }
            let mappings = Mapping.all(in: String(decoding: list, as: UTF8.self))
            // Files with code in them stay mapped for ever; another may be gone by now, and something else be in its place.
            let programs = Set(mappings.filter { $0.permissions == "r-xp" }.map(\.path))
            for mapping in mappings where ["r-xp", "r--p"].contains(mapping.permissions) && programs.contains(mapping.path) {
                // It can't be written, and all its pages are as in the file: nothing can be lost.
                if mapping.isUnchanged { _ = madvise(mapping.start, mapping.count, MADV_DONTNEED) }
            }
        #endif
    }

    #if os(Linux)
        /// A part of a file in memory.
        private struct Mapping {
            var start: UnsafeMutableRawPointer
            var count: Int
            var permissions: Substring
            var path: Substring
            /// Whether no page of it is another than the file's.
            var isUnchanged = false

            /// - Parameter list: for each mapping a line with address range, permissions, offset, device, inode and path, then lines of
            ///   "Name: value" (proc_pid_smaps(5)).
            static func all(in list: String) -> [Mapping] {
                var mappings: [Mapping] = []
                var isFile = false
                for line in list.split(separator: "\n") {
                    let fields = line.split(separator: " ")
                    if fields.first?.contains("-") == true {
                        let ends = fields[0].split(separator: "-").compactMap { UInt(String($0), radix: 16) }
                        isFile = false
                        guard fields.count > 5, fields[5].hasPrefix("/"), ends.count == 2, ends[1] > ends[0],
                            let start = UnsafeMutableRawPointer(bitPattern: ends[0])
                        else { continue }
                        isFile = true
                        mappings.append(Mapping(start: start, count: Int(ends[1] - ends[0]), permissions: fields[1], path: fields[5]))
                    } else if isFile, fields.first == "Anonymous:", fields.count > 1 {
                        mappings[mappings.count - 1].isUnchanged = fields[1] == "0"
                    }
                }
                return mappings
            }
        }
    #endif
}
