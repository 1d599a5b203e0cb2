import Foundation

/// The two streams of a terminal, a line at a time and unbuffered, so that a pipe sees each line at once.
enum Terminal {
    static func print(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    static func note(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
