/// When a report was last received: what is imported later came earlier, so the newest row of `report` does not tell.
let lastReceivedSchema = """
    ALTER TABLE envoy ADD COLUMN last_received INTEGER;
    UPDATE envoy SET last_received = (SELECT max(received) FROM report WHERE envoy_id = envoy.id);
    """
