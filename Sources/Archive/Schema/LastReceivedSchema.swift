/// When a report was last received, by our clock, as far as that is known: what is imported later came earlier, and nobody knows when, so
/// that the newest row of `report` does not tell; and what the Envoy's clock said in that report (`CredibleTimes`). A report whose receipt
/// is unknown has 0 in `report.received`.
let lastReceivedSchema = """
    ALTER TABLE envoy ADD COLUMN last_received INTEGER;
    ALTER TABLE envoy ADD COLUMN clock INTEGER;
    UPDATE report SET received = \(unknownReceipt) WHERE source LIKE 'import:%';
    UPDATE envoy SET last_received = (
        SELECT max(received) FROM report
        WHERE envoy_id = envoy.id AND received BETWEEN 1 AND \(LocalClock.instants.upperBound));
    """
