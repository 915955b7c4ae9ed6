/// A language that the site can show names in.
public enum Language: String, Sendable, Hashable, CaseIterable {
  case english = "en"
  case german = "de"
  case french = "fr"
  case japanese = "ja"

  /// The locale as a profile has it.
  var locale: String {
    switch self {
    case .english: "en_US"
    case .german: "de_DE"
    case .french: "fr_FR"
    case .japanese: "ja_JP"
    }
  }

  /// The language of an answer.
  ///
  /// As Atlassian documents it, Cloud ignores `Accept-Language` unless `X-Force-Accept-Language` is `true`; then it takes a language that it
  /// has, else the site's. Data Center takes that of the profile.
  ///
  /// - Parameters:
  ///   - headers: the request's headers by name in lower case.
  ///   - caller: who asks.
  ///   - deployment: which product is played.
  init(headers: [String: String], caller: Person?, deployment: Deployment) {
    guard deployment == .cloud, headers["x-force-accept-language"]?.lowercased() == "true" else {
      self = caller?.language ?? .english
      return
    }
    let wanted = (headers["accept-language"] ?? "").split(separator: ",").map { part in
      part.prefix { $0 != ";" && $0 != "-" && $0 != "_" }.lowercased().filter { !$0.isWhitespace }
    }
    self = wanted.lazy.compactMap(Language.init(rawValue:)).first ?? .english
  }
}
