import Testing

@testable import Dashboard

/// Which names are answered: the guard against DNS rebinding.
struct HostRuleTests {
  @Test(
    "names of this machine, with any port",
    arguments: [
      "localhost", "localhost:8090", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8090", "127.1.2.3",
      "[::1]", "[::1]:8090",
    ])
  func own(host: String) {
    #expect(HostRule.isThisMachine(host))
  }

  @Test(
    "names of others, however they look",
    arguments: [
      "evil.example", "evil.example:8090", "localhost.evil.example", "127.0.0.1.evil.example",
      "127.0.0.1@evil.example", "127.0.0", "127.0.0.256", "0.0.0.0", "10.0.0.1", "[::2]",
      "[::1].evil.example", "[::1", "localhost:80:80", "localhost:x", "", "notlocalhost",
    ])
  func others(host: String) {
    #expect(!HostRule.isThisMachine(host))
  }

  @Test("only an address of this machine alone asks for the name")
  func open() {
    var request = DashboardRequest(method: "GET", target: "/", hosts: ["dashboard.example"])
    #expect(HostRule(isLoopback: true).refusal(of: request)?.status == 421)
    #expect(HostRule(isLoopback: false).refusal(of: request) == nil)
    request.hosts = []
    #expect(HostRule(isLoopback: false).refusal(of: request)?.status == 400)
    request.isHTTP10 = true
    #expect(HostRule(isLoopback: true).refusal(of: request) == nil)
    request.hosts = ["localhost", "evil.example"]
    #expect(HostRule(isLoopback: true).refusal(of: request)?.status == 400)
  }
}
