extension [UInt8] {
    /// The index of the first `byte` in `range`; nil if there is none.
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        withUnsafeBytes { buffer in
            var index = range.lowerBound
            while range.upperBound - index >= 8 {
                let word = UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                if let offset = firstOffset(of: byte, in: word) { return index + offset }
                index += 8
            }
            return buffer[index..<range.upperBound].firstIndex(of: byte)
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
