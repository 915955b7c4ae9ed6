import CurlShim

/// A call of libcurl that did not work, of those that only a bug or a lack of memory makes fail.
struct CurlFailure: Error, CustomStringConvertible {
  /// What was being done.
  var action: String
  /// What libcurl answered.
  var reason: String

  var description: String { "libcurl could not \(action): \(reason)" }

  init(action: String, reason: String) {
    self.action = action
    self.reason = reason
  }

  init(setting option: CURLoption, code: CURLcode) {
    let known = curl_easy_option_by_id(option).map { String(cString: $0.pointee.name) }
    self.init(
      action: "set \(known ?? "option \(option.rawValue)")",
      reason: String(cString: curl_easy_strerror(code)))
  }
}
