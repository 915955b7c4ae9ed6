import JSON

/// What a site says of itself.
public struct ServerInfo: Sendable, Hashable {
  /// The address the site knows itself by.
  public var baseURL: String?
  /// `Cloud`, `Server` or `DataCenter`.
  public var deploymentType: String?
  /// The version, such as `1001.0.0-SNAPSHOT` or `9.12.4`.
  public var version: String?
  /// The site's clock when it answered, in milliseconds since 1970.
  public var serverTime: Int64?

  /// The family that the deployment type belongs to; nil where the site does not tell, as JIRA before 7 does not.
  public var dialect: JiraDialect? {
    switch deploymentType?.lowercased() {
    case "cloud": .cloud
    case "server", "datacenter", "data center": .dataCenter
    default: nil
    }
  }

  init?(_ json: JSON) {
    guard ["version", "baseUrl", "deploymentType"].contains(where: { json[$0]?.string != nil })
    else { return nil }
    baseURL = json["baseUrl"]?.string
    deploymentType = json["deploymentType"]?.string
    version = json["version"]?.string
    serverTime = json["serverTime"]?.string.flatMap(JiraTimestamp.parse)
  }
}
