/// When a finding was last met, seconds since 1970 UTC, where that is not when its last report arrived: in the reply to a report that the
/// cloud got later.
let lateRepliesSchema = "ALTER TABLE finding ADD COLUMN seen INTEGER"
