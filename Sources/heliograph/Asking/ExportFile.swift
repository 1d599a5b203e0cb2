import Foundation
import SystemPackage

/// A file that appears whole under its name when it is finished, in the place of what had the name.
///
/// What is no ordinary file, such as `/dev/stdout` or a pipe, is written to directly.
struct ExportFile {
    let output: AnswerOutput
    private let path: String
    /// The hidden name until it is finished; nil for what is written to directly.
    private let draft: String?
    private let descriptor: FileDescriptor

    /// - Parameter archive: the file that the rows come from, which must not be written over.
    init(_ name: String, besides archive: String) throws {
        // A link stays a link: what it points to is replaced. Where nothing is there yet, the name is the path.
        path =
            realpath(name, nil).map { pointer in
                defer { free(pointer) }
                return String(cString: pointer)
            } ?? name
        var (old, source) = (stat(), stat())
        let isThere = stat(path, &old) == 0
        if isThere, stat(archive, &source) == 0, old.st_dev == source.st_dev, old.st_ino == source.st_ino {
            throw Failure("\(name) is the archive itself", hint: "name another file with -o")
        }
        let isDirect = isThere && old.st_mode & S_IFMT != S_IFREG
        let file = FilePath(path)
        draft = isDirect ? nil : file.removingLastComponent().appending(".\(file.lastComponent?.string ?? "export").partial").string
        do {
            descriptor = try FileDescriptor.open(
                draft ?? path, .writeOnly, options: isDirect ? [.closeOnExec] : [.create, .truncate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead])
        } catch { throw Failure("can't write \(name): \("\(error)".lowercased())", hint: "name a file in a folder that you may write to") }
        output = AnswerOutput(descriptor)
    }

    /// Gives the file its name.
    func finish() throws {
        try output.end()
        do {
            try descriptor.close()
        } catch { throw Failure("can't write \(path): \("\(error)".lowercased())", hint: "see whether the disk is full") }
        guard let draft, rename(draft, path) != 0 else { return }
        throw Failure("can't rename \(draft) to \(path): \(String(cString: strerror(errno)).lowercased())")
    }

    /// Leaves nothing behind.
    func abandon() {
        // It may be closed, or never have been made: then there is nothing to leave.
        try? descriptor.close()
        if let draft { unlink(draft) }
    }
}
