"-wrapper"
    "sh,wrapper.sh"
