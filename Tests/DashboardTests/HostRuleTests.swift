import Testing

@testable import Dashboard

/// Which names are answered: the guard against DNS rebinding.
struct HostRuleTests {
  @Test(arguments: [
    "localhost", "localhost:8090", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8090", "127.1.2.3",
    "[::1]", "[::1]:8090",
  ])
  func `names of this machine, with any port`(host: String) {
    #expect(HostRule.isThisMachine(host))
  }

  @Test(arguments: [
    "evil.example", "evil.example:8090", "localhost.evil.example", "127.0.0.1.evil.example",
    "127.0.0.1@evil.example", "127.0.0", "127.0.0.256", "0.0.0.0", "10.0.0.1", "[::2]",
    "[::1].evil.example", "[::1", "localhost:80:80", "localhost:x", "", "notlocalhost",
  ])
  func `names of others, however they look`(host: String) {
    #expect(!HostRule.isThisMachine(host))
  }

  @Test(arguments: [
    "evil.example", "evil.example:8090", "10.0.0.1.evil.example", "x", "dashboard.example.com",
  ])
  func `an unknown name is refused on every address, for every path`(host: String) {
    for path in ["/", "/healthz", "/metrics"] {
      let request = DashboardRequest(method: "GET", target: path, hosts: [host])
      for isLoopback in [true, false] {
        let rule = HostRule(isLoopback: isLoopback, names: ["dashboard.example"])
        #expect(rule.refusal(of: request)?.status == 421)
      }
    }
  }

  @Test(arguments: [
    "dashboard.example", "Dashboard.Example:8090", "dashboard.example.", "localhost",
  ])
  func `a configured name and this machine's own are answered on every address`(host: String) {
    let request = DashboardRequest(method: "GET", target: "/", hosts: [host])
    for isLoopback in [true, false] {
      let rule = HostRule(isLoopback: isLoopback, names: ["dashboard.example"])
      #expect(rule.refusal(of: request) == nil)
    }
  }

  @Test(arguments: ["192.0.2.7", "192.0.2.7:8090", "[2001:db8::1]:8090", "[fe80::1]"])
  func `an address is no name that a page of another site could have`(host: String) {
    let request = DashboardRequest(method: "GET", target: "/", hosts: [host])
    #expect(HostRule(isLoopback: false).refusal(of: request) == nil)
    #expect(HostRule(isLoopback: true).refusal(of: request)?.status == 421)
  }

  @Test
  func `the name to listen on and the machine's name count, an address does not`() {
    #expect(HostRule.namesOfThisMachine("dashboard.example").contains("dashboard.example"))
    #expect(!HostRule.namesOfThisMachine("0.0.0.0").contains("0.0.0.0"))
    #expect(!HostRule.namesOfThisMachine("::").contains("::"))
    #expect(HostRule.namesOfThisMachine("0.0.0.0").allSatisfy { !$0.isEmpty })
  }

  @Test
  func `one Host header, except in HTTP/1.0`() {
    var request = DashboardRequest(method: "GET", target: "/", hosts: [])
    request.hosts = []
    #expect(HostRule(isLoopback: false).refusal(of: request)?.status == 400)
    request.isHTTP10 = true
    #expect(HostRule(isLoopback: true).refusal(of: request) == nil)
    request.hosts = ["localhost", "evil.example"]
    #expect(HostRule(isLoopback: true).refusal(of: request)?.status == 400)
  }
}
