/// Where Cloud gives the stored name, `untranslatedName`, beside one that it shows in another language; Data Center never does.
public enum StoredNames: String, Sendable, Hashable, CaseIterable {
  /// In lists of values, in issues and in transitions.
  case everywhere
  /// Only in lists of values.
  case lists
  /// Nowhere.
  case nowhere
}
