// Shell completions and the manual page, both made from the commands as they are declared, so that they cannot be
// wrong.
#include "cli/batch.h"
#include "cli/commands.h"
#include "merkit/report/provenance.h"

#include <iostream>
#include <set>

namespace merkit::cli {
namespace {

std::vector<const CLI::App*> subcommands(const CLI::App& app) {
  const auto all = app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
  return {all.begin(), all.end()};
}

/// "-o", "--output", ... of an option; nothing for positionals.
std::vector<std::string> spellings(const CLI::Option& option) {
  std::vector<std::string> result;
  for (const auto& name : option.get_snames()) result.push_back("-" + name);
  for (const auto& name : option.get_lnames()) result.push_back("--" + name);
  return result;
}

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

/// "{json,jsonl,csv}" as words, where the option takes one of a set.
std::vector<std::string> choices(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const auto open = type.find('{'), close = type.rfind('}');
  std::vector<std::string> result;
  if (open == std::string::npos || close == std::string::npos) return result;
  std::string word;
  for (const char c : type.substr(open + 1, close - open - 1)) {
    if (c != ',') {
      word += c;
      continue;
    }
    result.push_back(word);
    word.clear();
  }
  result.push_back(word);
  return result;
}

std::vector<std::string> option_words(const CLI::App& app) {
  std::vector<std::string> words;
  for (const auto* option : app.get_options())
    for (const auto& word : spellings(*option)) words.push_back(word);
  return words;
}

std::string command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* command : subcommands(app)) names.push_back(command->get_name());
  return joined(names, " ");
}

std::string bash(const CLI::App& app) {
  std::string cases, values;
  std::set<std::string> seen;
  const auto describe = [&](const CLI::App& command, const std::string& key) {
    std::string words = joined(option_words(command), " ");
    if (const auto names = command_names(command); !names.empty()) words += " " + names;
    cases += "    \"" + key + "\") words=\"" + words + "\" ;;\n";
    for (const auto* option : command.get_options())
      if (const auto list = choices(*option); !list.empty())
        for (const auto& word : spellings(*option))
          if (seen.insert(word).second)
            values +=
                "    " + word + ") COMPREPLY=($(compgen -W \"" + joined(list, " ") + "\" -- \"$cur\")); return ;;\n";
  };
  for (const auto* command : subcommands(app)) {
    describe(*command, command->get_name());
    for (const auto* sub : subcommands(*command)) describe(*sub, command->get_name() + " " + sub->get_name());
  }
  return "# bash completion for merkit\n_merkit() {\n  local cur=${COMP_WORDS[COMP_CWORD]} "
         "prev=${COMP_WORDS[COMP_CWORD-1]} words key=${COMP_WORDS[1]}\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    COMPREPLY=($(compgen -W \"" +
         command_names(app) +
         " --help --version\" -- \"$cur\")); return\n  fi\n"
         "  case $prev in\n" +
         values +
         "  esac\n"
         "  case \"$key ${COMP_WORDS[2]}\" in \"methods show\"|\"models list\"|\"models show\"|\"models verify\") "
         "[ \"$COMP_CWORD\" -gt 2 ] && key=\"$key ${COMP_WORDS[2]}\" ;; esac\n"
         "  case $key in\n" +
         cases +
         "  esac\n"
         "  case $cur in -*) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
         "    *) COMPREPLY=($(compgen -f -- \"$cur\") $(compgen -W \"$(printf '%s\\n' $words | grep -v '^-')\" -- "
         "\"$cur\")) ;; esac\n"
         "}\ncomplete -o filenames -F _merkit merkit\n";
}

/// Text inside single quotes of zsh and fish.
std::string quoted(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\'')
      result += "'\\''";
    else if (c == '[' || c == ']' || c == ':')
      result += std::string("\\") + c;
    else
      result += c;
  }
  return result;
}

std::string zsh(const CLI::App& app) {
  std::string text = "#compdef merkit\n_merkit() {\n  local -a commands=(\n";
  for (const auto* command : subcommands(app))
    text += "    '" + command->get_name() + ":" + quoted(command->get_description()) + "'\n";
  text += "  )\n  if (( CURRENT == 2 )); then _describe command commands; return; fi\n  case $words[2] in\n";
  for (const auto* command : subcommands(app)) {
    text += "    " + command->get_name() + ") _arguments";
    for (const auto* option : command->get_options())
      for (const auto& word : spellings(*option)) {
        text += " \\\n      '" + word + "[" + quoted(option->get_description()) + "]";
        if (option->get_items_expected_max() > 0)
          text += ":value:" +
                  (choices(*option).empty() ? std::string("_files") : "(" + joined(choices(*option), " ") + ")");
        text += "'";
      }
    const auto names = command_names(*command);
    text += " \\\n      '*:argument:" + (names.empty() ? std::string("_files") : "(" + names + ")") + "' ;;\n";
  }
  return text + "  esac\n}\n_merkit \"$@\"\n";
}

std::string fish_quoted(const std::string& text) {
  std::string result;
  for (const char c : text) result += (c == '\'' || c == '\\') ? std::string("\\") + c : std::string(1, c);
  return result;
}

std::string fish(const CLI::App& app) {
  std::string text = "# fish completion for merkit\n";
  for (const auto* command : subcommands(app)) {
    const std::string name = command->get_name();
    text += "complete -c merkit -n __fish_use_subcommand -f -a " + name + " -d '" +
            fish_quoted(command->get_description()) + "'\n";
    for (const auto* option : command->get_options()) {
      if (spellings(*option).empty()) continue;
      text += "complete -c merkit -n '__fish_seen_subcommand_from " + name + "'";
      for (const auto& word : option->get_snames()) text += " -s " + word;
      for (const auto& word : option->get_lnames()) text += " -l " + word;
      if (option->get_items_expected_max() > 0)
        text += choices(*option).empty() ? " -r" : " -x -a '" + joined(choices(*option), " ") + "'";
      text += " -d '" + fish_quoted(option->get_description()) + "'\n";
    }
    if (const auto names = command_names(*command); !names.empty())
      text += "complete -c merkit -n '__fish_seen_subcommand_from " + name + "' -f -a '" + names + "'\n";
  }
  return text;
}

std::string roff(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\')
      result += "\\\\";
    else if (c == '-')
      result += "\\-";
    else
      result += c;
    if (c == '\n') result += "";
  }
  if (!result.empty() && (result.front() == '.' || result.front() == '\'')) result = "\\&" + result;
  return result;
}

void describe_command(std::string& page, const CLI::App& command, const std::string& name) {
  page += ".SS \"" + roff(name) + "\"\n" + roff(command.get_description()) + ".\n";
  for (const auto* option : command.get_options()) {
    if (option->get_name().empty()) continue;
    const auto words = spellings(*option);
    std::string head = words.empty() ? option->get_name(true) : joined(words, ", ");
    if (!words.empty() && option->get_items_expected_max() > 0) {
      const auto list = choices(*option);
      head += " " + (list.empty() ? option->get_type_name() : joined(list, "|"));
    }
    page += ".TP\n.B " + roff(head) + "\n" + roff(option->get_description());
    if (!option->get_default_str().empty()) page += roff(" (default: " + option->get_default_str() + ")");
    if (!option->get_envname().empty()) page += roff(" [$" + option->get_envname() + "]");
    page += "\n";
  }
  if (!command.get_footer().empty()) page += ".PP\n.nf\n" + roff(command.get_footer()) + "\n.fi\n";
}

std::string manual(const CLI::App& app) {
  std::string page =
      ".TH MERKIT 1 \"\" \"merkit " + tool_version() + "\" \"User Commands\"\n.SH NAME\nmerkit \\- " +
      roff("find and name micro-expressions in video, train and score the systems that do") +
      "\n.SH SYNOPSIS\n.B merkit\n.I COMMAND\n[\\fIoptions\\fR] [\\fIarguments\\fR]\n"
      ".SH DESCRIPTION\nResults go to stdout or to the file given with \\-o, and nothing else does; messages and "
      "progress go to stderr. Every input of a batch has one row in the result, with a status: ok, no_face, "
      "decode_error, too_short, annotation_mismatch or unsupported.\n.SH COMMANDS\n";
  for (const auto* command : subcommands(app)) {
    describe_command(page, *command, command->get_name());
    for (const auto* sub : subcommands(*command))
      describe_command(page, *sub, command->get_name() + " " + sub->get_name());
  }
  page +=
      ".SH SETTINGS\nA flag counts before an environment variable, that before \\-\\-config FILE, that before "
      "$XDG_CONFIG_HOME/merkit/config.json, and that before what is built in. MERKIT_FACE__WIDTH=160 sets face.width. "
      "Unknown settings are errors.\n.SH FILES\nModels are looked for in \\-\\-model\\-dir, $MERKIT_MODEL_PATH (a "
      "colon "
      "list), $XDG_DATA_HOME/merkit/models and <prefix>/share/merkit/models. The landmark model is looked for at "
      "$MERKIT_LANDMARKS and in Debian's libdlib\\-data.\n.SH EXIT STATUS\n";
  const std::pair<const char*, const char*> codes[] = {{"0", "all done"},
                                                       {"1", "some inputs failed, the rest is written"},
                                                       {"2", "usage or configuration"},
                                                       {"3", "input or data set invalid"},
                                                       {"4", "model missing, damaged or mismatched"},
                                                       {"5", "device or run-time failure"},
                                                       {"130, 143", "interrupted; what was finished is written"}};
  for (const auto& [code, meaning] : codes) page += std::string(".TP\n.B ") + code + "\n" + meaning + "\n";
  return page;
}

}  // namespace

void add_completion(Commands& commands) {
  const std::pair<const char*, std::string (*)(const CLI::App&)> kinds[] = {
      {"bash", bash}, {"zsh", zsh}, {"fish", fish}, {"man", manual}};
  CLI::App& command = commands.add("completion", "Print completions for bash, zsh or fish, or the manual page (man)");
  auto kind = std::make_shared<std::string>();
  command.add_option("shell", *kind, "bash, zsh, fish or man")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish", "man"}));
  command.footer("Example: merkit completion bash > ~/.local/share/bash-completion/completions/merkit");
  commands.set_action(command, [kind, kinds_begin = std::vector(std::begin(kinds), std::end(kinds)), &commands] {
    Output output({});
    for (const auto& [name, print] : kinds_begin)
      if (*kind == name) output.stream() << print(commands.app());
    output.commit();
    return kAllDone;
  });
}

}  // namespace merkit::cli
