extension StringProtocol where SubSequence == Substring {
    /// Without what stands outside, before and behind it.
    func trimming(_ isOutside: (Character) -> Bool) -> Substring {
        var rest = drop(while: isOutside)
        while let last = rest.last, isOutside(last) { rest.removeLast() }
        return rest
    }
}
