#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension [UInt8] {
    /// The index of the first `byte` in `range`, as far as that is within the array; nil if there is none.
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        let range = range.clamped(to: indices)
        return withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress, let found = memchr(start + range.lowerBound, CInt(byte), range.count) else { return nil }
            return UnsafeRawPointer(found) - start
        }
    }
}

/// Which of the eight bytes of `word`, counted from the lowest, is the first that equals `byte`.
@inline(__always)
func firstOffset(of byte: UInt8, in word: UInt64) -> Int? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    // Bytes equal to `byte` become zero here, and the lowest bit set in `marks` stands in the first zero byte.
    let difference = word ^ (ones &* UInt64(byte))
    let marks = (difference &- ones) & ~difference & (ones << 7)
    return marks == 0 ? nil : marks.trailingZeroBitCount >> 3
}
