/// The names of the values that JIRA brings, in languages in which accounts see them.
///
/// Data Center translates them and does not give the stored name, and an account's own language goes before
/// `Accept-Language` there. A name that an administrator translated is not among them: the configuration can name it as it is shown.
enum StandardNames {
  /// The names in English that a shown name may stand for.
  ///
  /// - Parameter shown: the name as an answer has it.
  /// - Returns: the names; empty where it is none of these.
  static func english(for shown: String) -> Set<String> {
    byTranslation[TranslatedName.plain(shown)] ?? []
  }

  private static let byTranslation: [String: Set<String>] = {
    var table: [String: Set<String>] = [:]
    for (english, translations) in translations {
      for name in translations { table[TranslatedName.plain(name), default: []].insert(english) }
    }
    return table
  }()

  /// German, French and Japanese; several words where versions of JIRA differ.
  static let translations: [String: [String]] = [
    // Issue types.
    "Task": ["Aufgabe", "Tâche", "タスク"],
    "Sub-task": ["Unteraufgabe", "Teilaufgabe", "Sous-tâche", "サブタスク"],
    "Bug": ["Fehler", "Bogue", "バグ"],
    "Story": ["Récit", "ストーリー"],
    "Epic": ["Epos", "Épopée", "エピック"],
    "Improvement": ["Verbesserung", "Amélioration", "改善"],
    "New Feature": ["Neue Funktion", "Nouvelle fonctionnalité", "新機能"],
    // Statuses.
    "To Do": ["Zu erledigen", "Aufgaben", "À faire", "作業前", "未着手"],
    "In Progress": ["In Arbeit", "In Bearbeitung", "En cours", "進行中"],
    "Open": ["Offen", "Ouvert", "Ouverte", "オープン"],
    "Reopened": ["Erneut geöffnet", "Rouvert", "Rouverte", "再オープン"],
    "Closed": ["Geschlossen", "Fermé", "Fermée", "クローズ"],
    // Statuses and resolutions.
    "Done": ["Fertig", "Erledigt", "Terminé", "Terminée", "Terminé(e)", "完了"],
    "Resolved": ["Gelöst", "Résolu", "Résolue", "解決済み"],
    // Resolutions.
    "Fixed": ["Behoben", "Corrigé", "Corrigée", "修正済み"],
    "Won't Do": [
      "Wird nicht erledigt", "Wird nicht gemacht", "Ne sera pas fait", "Ne pas faire", "対応しない",
    ],
    "Won't Fix": [
      "Wird nicht behoben", "Wird nicht gelöst", "Ne sera pas corrigé", "Ne sera pas résolu",
      "修正しない",
    ],
    "Duplicate": ["Duplikat", "Doublon", "重複"],
    "Cannot Reproduce": [
      "Nicht reproduzierbar", "Kann nicht reproduziert werden", "Impossible à reproduire",
      "Non reproductible", "再現できない", "再現不可",
    ],
    "Incomplete": ["Unvollständig", "Incomplet", "Incomplète", "不完全"],
    "Declined": ["Abgelehnt", "Refusé", "Refusée", "却下"],
    // Priorities.
    "Highest": ["Am höchsten", "Höchste", "La plus élevée", "La plus haute", "最高"],
    "High": ["Hoch", "Élevée", "Haute", "高"],
    "Medium": ["Mittel", "Moyenne", "中"],
    "Low": ["Niedrig", "Faible", "Basse", "低"],
    "Lowest": ["Am niedrigsten", "Niedrigste", "La plus faible", "La plus basse", "最低"],
  ]
}
