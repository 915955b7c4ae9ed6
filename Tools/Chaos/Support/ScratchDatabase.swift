import Foundation
import Postgres
import Schema

/// A database made for one purpose on a throwaway cluster, with the schema in it.
struct ScratchDatabase: Sendable {
  /// The database's name.
  let name: String
  private let cluster: String

  /// Makes one.
  ///
  /// - Parameters:
  ///   - cluster: a superuser's URI.
  ///   - purpose: becomes part of the name.
  /// - Returns: the database.
  /// - Throws: `PostgresError`, or `UsageError` where the cluster is given as something else.
  static func make(on cluster: String, for purpose: String) async throws -> ScratchDatabase {
    let suffix = UUID().uuidString.lowercased().filter { $0 != "-" }
    let database = ScratchDatabase(name: "chaos_\(purpose)_\(suffix)", cluster: cluster)
    try await database.administer("create database \(identifier: database.name)")
    let connection = try await database.connect()
    try await migrate(connection)
    await connection.close()
    return database
  }

  /// Puts the schema into a database.
  static func migrate(_ connection: PostgresConnection) async throws {
    _ = try await Schema.migrator.apply(on: connection)
  }

  /// One that is there.
  static func adopt(_ name: String, on cluster: String, user: String?) throws -> ScratchDatabase {
    guard var components = URLComponents(string: cluster) else { throw noURI }
    if let user { components.user = user }
    return ScratchDatabase(name: name, cluster: components.string ?? cluster)
  }

  private static let noURI = UsageError(
    message: "the cluster must be given as a URI: postgresql://user@host:port/postgres")

  /// Drops it, whoever is still connected.
  func drop() async throws {
    try await administer("drop database if exists \(identifier: name) with (force)")
  }

  /// The URI of this database.
  var conninfo: String {
    get throws { try Self.conninfo(cluster, database: name) }
  }

  /// Connects.
  func connect() async throws -> PostgresConnection {
    try await PostgresConnection.connect(
      PostgresConfiguration(conninfo: try conninfo, connectTimeout: .seconds(30)))
  }

  private func administer(_ sql: SQL) async throws {
    let connection = try await PostgresConnection.connect(
      PostgresConfiguration(conninfo: cluster, connectTimeout: .seconds(30)))
    _ = try await connection.query(sql, doing: "making or dropping \(name)")
    await connection.close()
  }

  private static func conninfo(_ cluster: String, database: String) throws -> String {
    guard var components = URLComponents(string: cluster), components.scheme != nil else {
      throw UsageError(
        message: "the cluster must be given as a URI: postgresql://user@host:port/postgres")
    }
    components.path = "/" + database
    return components.string ?? cluster
  }
}
