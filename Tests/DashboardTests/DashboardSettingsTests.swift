import JSON
import Testing

@testable import Dashboard

/// The section `dashboard` of the configuration file.
struct DashboardSettingsTests {
  @Test("without a section nothing is served, and with a port on this machine only")
  func standard() throws {
    #expect(try DashboardSettings(nil).port == nil)
    let settings = try DashboardSettings(["port": 8090])
    #expect(settings.port == 8090)
    #expect(settings.host == "127.0.0.1")
    #expect(try DashboardSettings(["host": "::"]).host == "::")
  }

  @Test("everything that is wrong is said at once")
  func wrong() {
    let error = #expect(throws: DashboardSettingsError.self) {
      try DashboardSettings(["port": 70_000, "host": "http://x", "prot": 1])
    }
    #expect(error?.problems.count == 3)
    #expect(error?.description.contains("dashboard.port is 70000") == true)
    #expect(error?.description.contains("unknown key 'prot'") == true)
    #expect(throws: DashboardSettingsError.self) { try DashboardSettings(8090) }
  }

  @Test("a host is an address or a name, not an address with a port")
  func hosts() {
    for good in ["127.0.0.1", "0.0.0.0", "::1", "localhost", "fe80::1%eth0", "db-1.example"] {
      #expect(DashboardSettings.isHost(good), "\(good)")
    }
    for bad in ["", "127.0.0.1:80", "a b", "x/y", "http://x", "[::1]"] {
      #expect(!DashboardSettings.isHost(bad), "\(bad)")
    }
  }
}
