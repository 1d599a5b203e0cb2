import Archive

/// Rows that are derived, or of which there is one for each thing.
extension RowTable {
    static let devices = RowTable(
        [
            Column("envoy"), Column("device"), Column("serial"), Column("channel"), Column("partNumber"), Column("adminState"),
            Column("deviceFlags"), Column("channelFlags"), Column("lastReading"), Column("watts"), Column("acVolts"),
            Column("acHertz"), Column("dcVolts"), Column("dcAmperes"), Column("celsius"), Column("todayJoules"), Column("totalJoules"),
            Column("shareOfMedian"),
        ],
        rows: { archive, scope in
            try await archive.reader.devices(now: archive.now).filter { $0.envoy == scope.envoy.serialNumber && scope.includes($0) }
                .map { device in
                    let reading = device.latest
                    return [
                        .text(device.envoy), .text(device.equipment), .text(device.serialNumber), Cell(device.channel),
                        Cell(device.partNumber), Cell(device.adminState), Cell(device.inverterCondition.flags?.description),
                        Cell(device.channelCondition.flags?.description), Cell(time: reading?.timestamp),
                        Cell(reading?.averageWatts), Cell(thousandths: reading?.acMillivolts),
                        Cell(thousandths: reading?.acMillihertz), Cell(thousandths: reading?.dcMillivolts),
                        Cell(thousandths: reading?.dcMilliamperes), Cell(reading?.celsius), .integer(device.joulesToday),
                        .integer(device.joulesTotal), Cell(device.shareOfMedian),
                    ]
                }
        })

    static let envoys = RowTable(
        [
            Column("serial"), Column("timeZone"), Column("softwareVersion"), Column("partNumber"), Column("address"),
            Column("lastReport"), Column("lastReceived"), Column("intervals"), Column("readings"), Column("events"),
        ],
        rows: { _, scope in
            let envoy = scope.envoy
            return [
                [
                    .text(envoy.serialNumber), Cell(envoy.timeZone), Cell(envoy.softwareVersion), Cell(envoy.partNumber),
                    Cell(envoy.address), Cell(time: envoy.lastReportTimestamp), Cell(time: envoy.lastReceivedTimestamp),
                    .integer(envoy.intervalCount), .integer(envoy.readingCount), .integer(envoy.eventCount),
                ]
            ]
        })

    static let energy = RowTable(
        [Column("envoy"), Column("device"), Column("start"), Column("end"), Column("joules"), Column("wattHours")],
        rows: { archive, scope in
            try await archive.reader.energy(
                of: scope.envoy.serialNumber, by: scope.step, equipment: scope.device?.equipment, days: scope.days ?? AskedDays.all
            ).map { period in
                [
                    .text(scope.envoy.serialNumber), Cell(scope.device?.equipment), .time(period.startTimestamp),
                    .time(period.endTimestamp), .integer(period.joules), Cell(period.wattHours),
                ]
            }
        })

    static let findings = RowTable(
        [
            Column("envoy"), Column("kind"), Column("element"), Column("attribute"), Column("count"), Column("firstSource"),
            Column("lastSource"),
        ],
        rows: { archive, scope in
            try await archive.reader.findings().filter { $0.envoy == scope.envoy.serialNumber }.map { finding in
                [
                    .text(finding.envoy), .text(finding.kind), .text(finding.element), Cell(finding.attribute), .integer(finding.count),
                    .text(finding.firstSource), .text(finding.lastSource),
                ]
            }
        })
}

extension RowScope {
    /// Whether a panel is, or is of, the device that is asked for.
    fileprivate func includes(_ panel: DeviceNow) -> Bool {
        guard let device else { return true }
        return device.equipment == panel.equipment || device.equipment == panel.serialNumber
    }
}
