/// The language that answers are asked for in.
///
/// JIRA names its own values, its fields and its errors in a language. Cloud takes the one of the account's profile, unless a
/// call says `X-Force-Accept-Language: true`; then it takes that of `Accept-Language`, or the site's where it does not have
/// it. Data Center always takes the one of the profile. So names are compared by id, and this only makes them known.
public enum JiraLanguage: Sendable, Hashable {
  /// English, which every site has.
  case english
  /// The language of the account's profile.
  case account

  /// The headers that ask for it.
  var headers: [(name: String, value: String)] {
    switch self {
    case .english:
      [(name: "Accept-Language", value: "en"), (name: "X-Force-Accept-Language", value: "true")]
    case .account: []
    }
  }
}
