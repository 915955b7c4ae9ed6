import CurlShim
import Glibc
import Testing

@testable import HTTP

/// What is allowed for this machine is decided by the address that the bytes go to.
@Suite(.timeLimit(.minutes(5)))
struct LoopbackTests {
  /// What libcurl says where the name stands for these addresses; nothing listens on any of them.
  private func error(addresses: String, guarded: Bool) throws -> Int {
    let easy = try EasyHandle()
    try easy.set(CURLOPT_URL, "http://name.example:9/")
    try easy.set(CURLOPT_PROXY, "")
    try easy.set(CURLOPT_CONNECTTIMEOUT_MS, 2_000)
    try easy.setList(CURLOPT_RESOLVE, ["name.example:9:\(addresses)"])
    if guarded { try easy.allowOnlyLoopback() }
    _ = curl_easy_perform(easy.raw)
    return easy.integer(CURLINFO_OS_ERRNO)
  }

  /// A refused connection means that it was tried.
  @Test(arguments: ["127.0.0.1", "127.9.9.9", "[::1]", "192.0.2.1,127.0.0.1"])
  func `an address of this machine is tried`(addresses: String) throws {
    #expect(try error(addresses: addresses, guarded: true) == Int(ECONNREFUSED))
  }

  /// Broken variant: without the guard a connection is tried, whatever the name stands for.
  @Test(arguments: ["0.0.0.0", "[::]"])
  func `any other address is not, although the name was taken for this machine`(
    addresses: String
  ) throws {
    // Both lead to this machine, so the attempt would be refused at once.
    #expect(try error(addresses: addresses, guarded: true) != Int(ECONNREFUSED))
    #expect(try error(addresses: addresses, guarded: false) == Int(ECONNREFUSED))
  }
}
