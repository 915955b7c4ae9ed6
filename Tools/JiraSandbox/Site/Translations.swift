/// How names of JIRA's own values and fields are shown in other languages; names that an administrator made up have no translation.
struct Translations: Sendable {
  /// By language, then by the stored name.
  private var names: [Language: [String: String]]

  /// JIRA's own translations.
  ///
  /// - Parameter own: what an administrator translated, by language and stored name.
  init(own: [Language: [String: String]] = [:]) {
    names = Self.standard
    for (language, translations) in own {
      names[language, default: [:]].merge(translations) { $1 }
    }
  }

  /// A name as it is shown.
  func shown(_ stored: String, in language: Language) -> String {
    names[language]?[stored] ?? stored
  }

  private static let standard: [Language: [String: String]] = [
    .german: [
      "Task": "Aufgabe", "Bug": "Fehler", "To Do": "Zu erledigen", "In Progress": "In Arbeit",
      "Done": "Fertig", "Fixed": "Behoben", "Won't Do": "Wird nicht erledigt",
      "Duplicate": "Duplikat", "Cannot Reproduce": "Nicht reproduzierbar", "Highest": "Am höchsten",
      "High": "Hoch", "Medium": "Mittel", "Low": "Niedrig", "Lowest": "Am niedrigsten",
      "Summary": "Zusammenfassung", "Description": "Beschreibung", "Labels": "Stichwörter",
      "Priority": "Priorität", "Status": "Status", "Resolution": "Lösung", "Due date": "Fälligkeit",
      "Issue Type": "Vorgangstyp", "Components": "Komponenten", "Environment": "Umgebung",
    ],
    .french: [
      "Task": "Tâche", "Bug": "Bogue", "Story": "Récit", "To Do": "À faire",
      "In Progress": "En cours", "Done": "Terminé", "Fixed": "Corrigé",
      "Won't Do": "Ne sera pas fait", "Duplicate": "Doublon",
      "Cannot Reproduce": "Impossible à reproduire", "Highest": "La plus élevée",
      "High": "Élevée", "Medium": "Moyenne", "Low": "Faible", "Lowest": "La plus faible",
      "Summary": "Résumé", "Labels": "Étiquettes", "Priority": "Priorité", "Status": "État",
      "Resolution": "Résolution", "Due date": "Échéance", "Issue Type": "Type de ticket",
      "Components": "Composants", "Environment": "Environnement",
    ],
    .japanese: [
      "Task": "タスク", "Bug": "バグ", "Story": "ストーリー", "To Do": "未着手",
      "In Progress": "進行中", "Done": "完了", "Fixed": "修正済み", "Won't Do": "対応しない",
      "Duplicate": "重複", "Cannot Reproduce": "再現できない", "Highest": "最高", "High": "高",
      "Medium": "中", "Low": "低", "Lowest": "最低", "Summary": "要約", "Description": "説明",
      "Labels": "ラベル", "Priority": "優先度", "Status": "ステータス", "Resolution": "解決状況",
      "Due date": "期限", "Issue Type": "課題タイプ", "Components": "コンポーネント",
      "Environment": "環境",
    ],
  ]
}
