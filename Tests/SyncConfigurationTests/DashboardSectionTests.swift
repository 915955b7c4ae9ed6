import Mapping
import Testing

@testable import SyncConfiguration

/// The section `dashboard` of the configuration file.
struct DashboardSectionTests {
  private func settings(_ yaml: String) throws -> DashboardSettings {
    try ConfigurationFile(yaml: yaml, file: "f.yaml").dashboard
  }

  @Test func `without a section nothing is served, and with a port on this machine only`() throws {
    #expect(try settings("").port == nil)
    let settings = try settings("dashboard: {port: 8090}")
    #expect(settings.port == 8090)
    #expect(settings.host == "127.0.0.1")
    #expect(try self.settings("dashboard: {host: '::'}").host == "::")
  }

  @Test func `everything that is wrong is said at once`() {
    let error = #expect(throws: MappingError.self) {
      try settings("dashboard: {port: 70000, host: http://x, prot: 1}")
    }
    #expect(error?.issues.count == 3)
    #expect(error?.description.contains("1:19: dashboard.port is '70000'") == true)
    #expect(error?.description.contains("unknown key 'prot'") == true)
    #expect(throws: MappingError.self) { try settings("dashboard: 8090") }
  }

  @Test
  func `a host is an address or a name, not an address with a port`() {
    for good in ["127.0.0.1", "0.0.0.0", "::1", "localhost", "fe80::1%eth0", "db-1.example"] {
      #expect(DashboardSettings.isHost(good), "\(good)")
    }
    for bad in ["", "127.0.0.1:80", "a b", "x/y", "http://x", "[::1]"] {
      #expect(!DashboardSettings.isHost(bad), "\(bad)")
    }
  }
}
