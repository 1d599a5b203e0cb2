import Archive
import Foundation
import HTTPTypes
import Hummingbird

/// `/api/v1/roof`: where the panels lie, hundredths of a panel's width from the plan's upper left corner.
struct RoofJSON: Codable {
    struct Tile: Codable {
        var device: String
        var name: String?
        var x: Int
        var y: Int
        var isLandscape: Bool
    }

    var envoy: String
    var tiles: [Tile]
}

extension APIRoutes {
    private static let places = 0...20_000
    private static let longestName = 60
    private static let largestBody = 1 << 20

    func roof(_ query: Query) async throws -> RoofJSON {
        let envoy = try await house.envoy(query.text("envoy"))
        return RoofJSON(
            envoy: envoy.serialNumber, tiles: try await house.archive.open().roof(of: envoy.serialNumber).map(RoofJSON.Tile.init))
    }

    func layRoof(_ request: Request) async throws -> RoofJSON {
        guard request.headers[.contentType]?.hasPrefix("application/json") == true else {
            throw Refused(.unsupportedMediaType, "a roof is laid as application/json")
        }
        let body = try await request.body.collect(upTo: Self.largestBody)
        let wanted: RoofJSON
        do { wanted = try JSONDecoder().decode(RoofJSON.self, from: Data(buffer: body)) } catch {
            throw Refused(.badRequest, "that is no roof", hint: "see /api/openapi.json")
        }
        let envoy = try await house.envoy(wanted.envoy)
        let known = Set(try await house.devices(of: envoy).map(\.equipment))
        for tile in wanted.tiles {
            guard known.contains(tile.device) else { throw Refused(.badRequest, "there is no such panel as \(tile.device.prefix(40))") }
            guard Self.places.contains(tile.x), Self.places.contains(tile.y) else {
                throw Refused(.badRequest, "x and y are from \(Self.places.lowerBound) to \(Self.places.upperBound)")
            }
            guard tile.name?.count ?? 0 <= Self.longestName, tile.name?.contains(where: \.isNewline) != true else {
                throw Refused(.badRequest, "a name has at most \(Self.longestName) characters, on one line")
            }
        }
        guard Set(wanted.tiles.map(\.device)).count == wanted.tiles.count else { throw Refused(.badRequest, "a panel is there twice") }
        let writer = try await ArchiveWriter.openBeside(house.archivePath)
        let tiles = wanted.tiles.map { tile in
            let name = tile.name?.trimmingCharacters(in: .whitespaces) ?? ""
            return RoofTile(equipment: tile.device, name: name.isEmpty ? nil : name, x: tile.x, y: tile.y, isLandscape: tile.isLandscape)
        }
        do { try await writer.layRoof(tiles, of: envoy.serialNumber) } catch {
            // What went wrong first is what counts.
            try? await writer.close()
            throw error
        }
        try await writer.close()
        return RoofJSON(envoy: envoy.serialNumber, tiles: tiles.map(RoofJSON.Tile.init))
    }
}

extension RoofJSON.Tile {
    init(_ tile: RoofTile) {
        self.init(device: tile.equipment, name: tile.name, x: tile.x, y: tile.y, isLandscape: tile.isLandscape)
    }
}
