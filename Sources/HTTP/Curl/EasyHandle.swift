import CurlShim

/// One easy handle of libcurl, and the memory that it points to; for the curl thread only.
final class EasyHandle {
  /// libcurl's name for it.
  let raw: UnsafeMutableRawPointer
  private let errorText: UnsafeMutablePointer<CChar>
  private var list: UnsafeMutablePointer<curl_slist>?

  init() throws(CurlFailure) {
    guard let raw = curl_easy_init() else {
      throw CurlFailure(action: "make a handle", reason: "out of memory")
    }
    self.raw = raw
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    try set(CURLOPT_ERRORBUFFER, pointer: errorText)
  }

  deinit {
    // The handle goes first: it points to the other two.
    curl_easy_cleanup(raw)
    curl_slist_free_all(list)
    errorText.deallocate()
  }

  func set(_ option: CURLoption, _ value: Int) throws(CurlFailure) {
    try check(curl_shim_setopt_long(raw, option, value), option)
  }

  func set(_ option: CURLoption, _ value: Bool) throws(CurlFailure) {
    try set(option, value ? 1 : 0)
  }

  func set(_ option: CURLoption, offset: Int64) throws(CurlFailure) {
    try check(curl_shim_setopt_offset(raw, option, curl_off_t(offset)), option)
  }

  func set(_ option: CURLoption, _ value: String) throws(CurlFailure) {
    try check(curl_shim_setopt_string(raw, option, value), option)
  }

  func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer?) throws(CurlFailure) {
    try check(curl_shim_setopt_pointer(raw, option, pointer), option)
  }

  func setReceiver(
    _ option: CURLoption, _ function: @escaping curl_write_callback
  ) throws(CurlFailure) {
    try check(curl_shim_setopt_receiver(raw, option, function), option)
  }

  func setSender(_ function: @escaping curl_read_callback) throws(CurlFailure) {
    try check(curl_shim_setopt_sender(raw, function), CURLOPT_READFUNCTION)
  }

  func setPrerequest(_ function: @escaping curl_prereq_callback) throws(CurlFailure) {
    try check(curl_shim_setopt_prereq(raw, function), CURLOPT_PREREQFUNCTION)
  }

  /// Sends a copy of these bytes as the body.
  func setBody(_ bytes: UnsafeRawBufferPointer) throws(CurlFailure) {
    // The size first: libcurl copies that many bytes, and without it up to the first zero.
    try set(CURLOPT_POSTFIELDSIZE_LARGE, offset: Int64(bytes.count))
    guard let base = bytes.baseAddress else { return try set(CURLOPT_COPYPOSTFIELDS, "") }
    try set(CURLOPT_COPYPOSTFIELDS, pointer: UnsafeMutableRawPointer(mutating: base))
  }

  /// Allows `http`, `https`, `smtp` or `smtps`, and nothing else.
  func allowOnly(scheme: String) throws(CurlFailure) {
    let code = curl_shim_restrict_protocol(raw, scheme)
    guard code == CURLE_OK else { throw CurlFailure(setting: CURLOPT_PROTOCOLS, code: code) }
  }

  /// Lets the transfer end while the host's name is still looked up.
  func allowEndDuringLookup() throws(CurlFailure) {
    let code = curl_shim_abandon_resolver(raw)
    guard code == CURLE_OK else {
      throw CurlFailure(
        action: "detach the name lookup", reason: String(cString: curl_easy_strerror(code)))
    }
  }

  /// Connects to this machine only: what is allowed by a host's name is decided by the address that the bytes go to.
  func allowOnlyLoopback() throws(CurlFailure) {
    let code = curl_shim_only_loopback(raw)
    guard code == CURLE_OK else {
      throw CurlFailure(setting: CURLOPT_OPENSOCKETFUNCTION, code: code)
    }
  }

  /// Sends these header lines, without line ends, in this order.
  func setHeaderLines(_ lines: [String]) throws(CurlFailure) {
    try setList(CURLOPT_HTTPHEADER, lines)
  }

  /// Sets an option that takes a list, of which a handle can have one; to be called once.
  func setList(_ option: CURLoption, _ lines: [String]) throws(CurlFailure) {
    precondition(list == nil, "a list is set once")
    for line in lines {
      guard let longer = curl_slist_append(list, line) else {
        throw CurlFailure(action: "keep a list", reason: "out of memory")
      }
      list = longer
    }
    try check(curl_shim_setopt_list(raw, option, list), option)
  }

  /// A number that libcurl measured, or 0 where it has none.
  func integer(_ info: CURLINFO) -> Int {
    var value = 0
    return curl_shim_getinfo_long(raw, info, &value) == CURLE_OK ? value : 0
  }

  /// A size or a time in microseconds that libcurl measured, or 0 where it has none.
  func offset(_ info: CURLINFO) -> Int64 {
    var value: curl_off_t = 0
    return curl_shim_getinfo_offset(raw, info, &value) == CURLE_OK ? Int64(value) : 0
  }

  /// What libcurl wrote about its failure, or the general text for the code.
  func explanation(of code: CURLcode) -> String {
    let text = String(cString: errorText)
    return text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
  }

  private func check(_ code: CURLcode, _ option: CURLoption) throws(CurlFailure) {
    guard code == CURLE_OK else { throw CurlFailure(setting: option, code: code) }
  }
}
